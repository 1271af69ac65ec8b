import { assertEquals } from "#assert";
import {
  buffered,
  BufferedReader,
  bufferUnordered,
  chunks,
  type Connection,
  copy,
  encodeFrame,
  forEachConcurrent,
  frames,
  lines,
  pipe,
  scope,
  Semaphore,
  serve,
  timeout,
  writeFrame,
} from "../../mod.ts";
import { connectionPair, listen } from "../../adapters/memory.ts";
import { ReadySource } from "../support/gates.ts";
import { test } from "../support/harness.ts";

const bytes = new Uint8Array([1]);

/** Every function of the core that takes options last, called with what is none. */
const CALLS: Record<string, (options: never, connection: Connection) => unknown> = {
  acquire: (options) => new Semaphore(1).acquire(options),
  copy: (options, connection) => copy(connection, connection, options),
  encodeFrame: (options) => encodeFrame(bytes, options),
  frames: (options, connection) => frames(connection, options),
  lines: (options, connection) => lines(connection, options),
  peek: (options, connection) => new BufferedReader(connection).peek(1, options),
  pipe: (options, connection) => pipe(connection, connection, options),
  read: (options, connection) => new BufferedReader(connection).read(options),
  readExactly: (options, connection) => new BufferedReader(connection).readExactly(1, options),
  readLine: (options, connection) => new BufferedReader(connection).readLine(options),
  readUntil: (options, connection) => new BufferedReader(connection).readUntil(1, 1, options),
  scope: (options) => scope(() => undefined, options),
  tryAcquire: (options) => new Semaphore(1).tryAcquire(options),
  writeFrame: (options, connection) => writeFrame(connection, bytes, options),
};

/** The same with a source. */
const STREAMS: Record<string, (source: ReadySource<number>, options: never) => unknown> = {
  buffered: (source, options) => buffered(source, () => 1, options),
  bufferUnordered: (source, options) => bufferUnordered(source, () => 1, options),
  chunks: (source, options) => chunks(source, 1, options),
  forEachConcurrent: (source, options) => forEachConcurrent(source, () => undefined, options),
  timeout: (source, options) => timeout(source, 1, options),
};

/** Nothing, a number as p-limit takes it, and text. */
const WRONG: readonly [unknown, string][] = [[null, "null"], [5, "5"], ["x", '"x"']];

async function failureOf(call: () => unknown): Promise<string> {
  try {
    await call();
    return "nothing";
  } catch (error) {
    return String(error);
  }
}

for (const [name, call] of Object.entries(CALLS)) {
  test(`${name}() refuses options that are no object`, async (t) => {
    const pair = connectionPair();
    t.defer(() => pair.forEach((connection) => connection.abort()));
    for (const [wrong, shown] of WRONG) {
      // What the types refuse: hence the cast.
      const failure = await failureOf(() => call(wrong as never, pair[0]));
      const [, reason] = /^TypeError: Cannot [^:]+: (.*)$/.exec(failure) ?? [failure, failure];
      assertEquals(reason, `options must be an object, got ${shown}`);
    }
  });
}

for (const [name, call] of Object.entries(STREAMS)) {
  test(`${name}() refuses options that are no object, closes the source, and asks it for nothing`, async () => {
    for (const [wrong, shown] of WRONG) {
      const source = new ReadySource([1, 2, 3]);
      // What the types refuse: hence the cast.
      const failure = await failureOf(() => call(source, wrong as never));
      const [, reason] = /^TypeError: Cannot [^:]+: (.*)$/.exec(failure) ?? [failure, failure];
      assertEquals(reason, `options must be an object, got ${shown}`);
      assertEquals([source.pulls, source.closes], [0, 1]);
    }
  });
}

test("serve() refuses options that are no object, and closes the listener", async () => {
  const listener = await listen({ port: 0 });
  // What the types refuse: hence the cast.
  const failure = await failureOf(() => serve(listener, () => undefined, 5 as never));
  assertEquals(failure, "TypeError: Cannot serve: options must be an object, got 5");
  assertEquals(await listener.incoming().next(), { done: true, value: undefined });
});
