/**
 * Work that takes the processor, in threads of its own, so that accepting goes on meanwhile. On
 * `node:worker_threads`, and so the same on Node, Deno and Bun.
 *
 * @example The sum of a large array, in another thread
 * ```ts
 * import { ThreadPool } from "@incoming/net/threads";
 *
 * // A file of its own, mostly: new URL("./sum.ts", import.meta.url).
 * const module = "data:text/javascript,export const sum = (all) => all.reduce((a, b) => a + b, 0)";
 * const pool = new ThreadPool({ threads: 2 });
 * const numbers = new Float64Array([1, 2, 3]);
 * const sum = await pool.spawn(module, numbers, { name: "sum", transfer: [numbers.buffer] });
 * await pool.close();
 * if (sum !== 6) throw new Error(String(sum));
 * ```
 *
 * @module
 */

import { availableParallelism } from "node:os";
import { closedError, NetworkError } from "../core/errors.ts";
import { requireSignal } from "../core/limits.ts";
import { callbackOf, integerOf, requireOptions } from "../core/option_checks.ts";
import { show } from "../core/show.ts";
import { Dispatcher } from "./threads_dispatcher.ts";
import type { Transferable } from "./threads_thread.ts";

export type { Transferable };

/** How a pool works. */
export interface ThreadPoolOptions {
  /** How many threads there are at most, 1 to 1024. They are started when there is work. Default: the parallelism of the machine. */
  readonly threads?: number | undefined;
  /** How many tasks may wait for a thread, 1 to 2147483648; more are refused. Default 1024. */
  readonly maxQueued?: number | undefined;
  /** After how long without work a thread ends, in milliseconds, 1 to 2147483647. Default 10,000. */
  readonly idleTimeout?: number | undefined;
  /** Told of a thread that has failed while it had no task: something was thrown late. It must not throw. Default: nobody is told. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** How one task is run. */
export interface SpawnOptions {
  /** What the module exports the function as. Default `"default"`. */
  readonly name?: string | undefined;
  /** Gives it up: a task that waits does not run, and one that runs is ended with its thread. */
  readonly signal?: AbortSignal | undefined;
  /** What of the input is handed over instead of copied: buffers and ports, of no use here any more afterwards. */
  readonly transfer?: readonly Transferable[] | undefined;
}

/** What a function is given beside its input. */
export interface TaskContext {
  /** Has `list`, which is in `value`, handed over instead of copied when `value` is returned. Gives `value`. */
  transfer<T>(value: T, list: readonly Transferable[]): T;
}

/** What a pool does; a snapshot. */
export interface ThreadPoolStats {
  /** Threads that are there. */
  readonly threads: number;
  /** Those of them that are busy: with a task, or with being started or ended. */
  readonly running: number;
  /** Tasks that wait for a thread. */
  readonly queued: number;
}

/**
 * Threads that run functions of modules. Whoever makes one closes it. What is idle does not keep the
 * process alive.
 */
export class ThreadPool implements AsyncDisposable {
  readonly #dispatcher: Dispatcher;

  /** Makes a pool, without threads yet. Throws a TypeError or RangeError for a wrong option. */
  constructor(options: ThreadPoolOptions = {}) {
    const verb = "make a pool";
    requireOptions(verb, options);
    const { threads = availableParallelism(), maxQueued = 1024, idleTimeout = 10_000 } = options;
    this.#dispatcher = new Dispatcher({
      threads: integerOf(verb, "threads", threads, 1, 1024),
      maxQueued: integerOf(verb, "maxQueued", maxQueued, 1, 2 ** 31),
      idleTimeout: integerOf(verb, "idleTimeout", idleTimeout, 1, 2 ** 31 - 1),
      onError: callbackOf(verb, "onError", options.onError),
    });
  }

  /** What it does now. */
  get stats(): ThreadPoolStats {
    return this.#dispatcher.stats;
  }

  /**
   * Runs a function of `module` (an absolute URL) with `input`, and a {@linkcode TaskContext}, in a
   * thread; resolves with what it returns, awaited. Input and result are copied as by
   * `structuredClone`, unless they are handed over.
   *
   * Rejects with what the function throws: an error of the same class where that is the language's own,
   * else an Error of that name, with its message, code, cause and stack. Rejects with the reason of
   * `signal` when that aborts; with an Error when the thread ends under the task; with the error of the
   * runtime for an input or a result that cannot be copied; with `EBUSY` when `maxQueued` others wait;
   * with `ECLOSED` when the pool is closed; with a TypeError for an option that is wrong.
   *
   * Follows `spawn_blocking` of tokio, but that a task that runs can be given up.
   */
  // deno-lint-ignore require-await -- what is wrong with the options is a rejection
  async spawn<Output = unknown>(
    module: URL | string,
    input?: unknown,
    options: SpawnOptions = {},
  ): Promise<Output> {
    requireOptions("spawn", options);
    const { name = "default", signal, transfer = [] } = options;
    requireSignal("spawn", signal);
    if (typeof name !== "string") {
      throw new TypeError(`Cannot spawn: name must be a string, got ${show(name)}`);
    }
    if (!Array.isArray(transfer)) {
      throw new TypeError(`Cannot spawn: transfer must be an array, got ${show(transfer)}`);
    }
    const request = { module: hrefOf(module), name, input, transfer };
    signal?.throwIfAborted();
    if (this.#dispatcher.closed) throw closedError("spawn", "pool");
    if (this.#dispatcher.full) {
      const message = `Cannot spawn: ${this.stats.queued} tasks are waiting already (EBUSY)`;
      throw new NetworkError(message, { code: "EBUSY" });
    }
    return this.#dispatcher.submit(request, signal) as Promise<Output>;
  }

  /**
   * Resolves when a task would not be refused: at once, unless `maxQueued` wait. Whoever makes tasks in a
   * loop awaits it before each one. Resolves when the pool is closed, too.
   */
  ready(): Promise<void> {
    return this.#dispatcher.ready();
  }

  /** Takes no more tasks, and finishes those that it has; resolves when no thread is left. Idempotent; never rejects. */
  close(): Promise<void> {
    return this.#dispatcher.close();
  }

  /** Like `close()`, but it gives up what it has: those tasks reject with `ECLOSED`. */
  abort(): Promise<void> {
    return this.#dispatcher.abort();
  }

  /** The same as `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function hrefOf(module: unknown): string {
  try {
    if (module instanceof URL) return module.href;
    if (typeof module === "string") return new URL(module).href;
  } catch {
    // Told below.
  }
  throw new TypeError(`Cannot spawn: module must be an absolute URL, got ${show(module)}`);
}

let shared: ThreadPool | undefined;

/**
 * Runs a function of `module` in a thread of a pool that the whole process shares: see
 * {@linkcode ThreadPool.spawn}. The pool is as large as the machine's parallelism; its threads end a
 * second after the last task, and do not keep the process alive.
 *
 * @example A function that would hold everybody up
 * ```ts
 * import { closeThreads, spawn } from "@incoming/net/threads";
 *
 * // A file of its own, mostly: new URL("./fibonacci.ts", import.meta.url).
 * const module = "data:text/javascript,export default (n) => { let [a, b] = [0, 1]; while (n-- > 0) [a, b] = [b, a + b]; return a; }";
 * const stop = new AbortController();
 * const tenth = await spawn<number>(module, 10, { signal: stop.signal });
 * await closeThreads();
 * if (tenth !== 55) throw new Error(String(tenth));
 * ```
 */
export function spawn<Output = unknown>(
  module: URL | string,
  input?: unknown,
  options: SpawnOptions = {},
): Promise<Output> {
  shared ??= new ThreadPool({ idleTimeout: 1_000 });
  return shared.spawn(module, input, options);
}

/** Ends the threads of {@linkcode spawn} now, as {@linkcode ThreadPool.close} does; a later call starts others. */
export async function closeThreads(): Promise<void> {
  const pool = shared;
  shared = undefined;
  await pool?.close();
}
