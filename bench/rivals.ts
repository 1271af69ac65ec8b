/**
 * What people use today for the same job, each used as its documentation shows.
 *
 * The packages are loaded by a name that is no literal, and of each is declared what is used of it:
 * so neither the type checkers nor Deno's lookup of packages needs what only a benchmark needs.
 */

/** Runs `handle` for each item of a source; a limit of Infinity is none. */
export interface Rival {
  readonly name: string;
  readonly run: (source: Source, handle: Handle, limit: number) => Promise<unknown>;
}

type Handle = (item: unknown) => Promise<void>;
/** Opens a source that gives `item` again and again, or consecutive numbers. */
type Source = (item?: unknown) => AsyncIterable<unknown>;

/** Loads all of them. */
export function rivals(): Promise<Rival[]> {
  return Promise.all([pMap(), pLimit(), streamingIterables(), rxjs(), itParallel(), effect()]);
}

async function pMap(): Promise<Rival> {
  const { default: map } = await load<{
    default: (source: unknown, fn: Handle, options: { concurrency: number }) => Promise<unknown>;
  }>("p-map");
  return {
    name: "p-map",
    run: (source, handle, limit) => map(source(), handle, { concurrency: limit }),
  };
}

async function pLimit(): Promise<Rival> {
  const { default: limiter } = await load<{
    default: (limit: number) => (fn: Handle, item: unknown) => Promise<void>;
  }>("p-limit");
  return {
    name: "p-limit",
    run: async (source, handle, limit) => {
      const limited = limiter(limit);
      const all: Promise<void>[] = [];
      for await (const item of source()) all.push(limited(handle, item));
      await Promise.all(all);
    },
  };
}

async function streamingIterables(): Promise<Rival> {
  const { parallelMap, consume } = await load<{
    parallelMap: (limit: number, fn: Handle, source: unknown) => unknown;
    consume: (source: unknown) => Promise<void>;
  }>("streaming-iterables");
  return {
    name: "streaming-iterables",
    run: (source, handle, limit) => consume(parallelMap(limit, handle, source())),
  };
}

async function rxjs(): Promise<Rival> {
  const { from, mergeMap, lastValueFrom } = await load<{
    from: (source: unknown) => { pipe: (operator: unknown) => unknown };
    mergeMap: (fn: Handle, limit: number) => unknown;
    lastValueFrom: (observable: unknown) => Promise<unknown>;
  }>("rxjs");
  return {
    name: "rxjs mergeMap",
    run: (source, handle, limit) => lastValueFrom(from(source()).pipe(mergeMap(handle, limit))),
  };
}

async function itParallel(): Promise<Rival> {
  const { default: parallel } = await load<{
    default: (source: unknown, options: { concurrency: number }) => AsyncIterable<unknown>;
  }>("it-parallel");
  return {
    name: "it-parallel",
    run: async (source, handle, limit) => {
      // It takes a source of functions.
      const results = parallel(source(() => handle(undefined)), { concurrency: limit });
      for await (const _ of results);
    },
  };
}

async function effect(): Promise<Rival> {
  const { Effect, Stream } = await load<{
    Effect: {
      promise: (fn: () => Promise<void>) => unknown;
      runPromise: (effect: unknown) => Promise<unknown>;
    };
    Stream: {
      fromAsyncIterable: (source: unknown, onError: (error: unknown) => unknown) => unknown;
      mapEffect: (stream: unknown, fn: (item: unknown) => unknown, options: object) => unknown;
      runDrain: (stream: unknown) => unknown;
    };
  }>("effect");
  return {
    name: "Effect Stream.mapEffect",
    run: (source, handle, limit) => {
      const items = Stream.fromAsyncIterable(source(), (error) => error);
      const each = (item: unknown) => Effect.promise(() => handle(item));
      const concurrency = limit === Infinity ? "unbounded" : limit;
      const handled = Stream.mapEffect(items, each, { concurrency, unordered: true });
      return Effect.runPromise(Stream.runDrain(handled));
    },
  };
}

async function load<M>(name: string): Promise<M> {
  return await import(name) as M;
}
