/**
 * One thread of a pool.
 *
 * @module
 */

import { Worker } from "node:worker_threads";
import { type Answer, type Request, unpackFailure } from "./threads_wire.ts";

/** What is handed over instead of copied. */
export type Transferable = ArrayBuffer | MessagePort;

/** One call of a function. */
export interface Task extends Request {
  /** What of the input is handed over. */
  readonly transfer: readonly Transferable[];
  /** It has returned. */
  readonly resolve: (value: unknown) => void;
  /** It has failed. */
  readonly reject: (error: unknown) => void;
}

/** Who is told of a thread. */
export interface ThreadOwner {
  /** It has nothing to do, from now on. */
  readonly idle: (thread: Thread) => void;
  /** It is gone. */
  readonly gone: (thread: Thread) => void;
  /** It has failed while it had nothing to do. */
  readonly failed: (error: unknown) => void;
}

/** Compiled, the file beside this one has another ending. */
const EXTENSION = import.meta.url.endsWith(".ts") ? "ts" : "js";
const FILE: URL = new URL(`./threads_worker.${EXTENSION}`, import.meta.url);
/** Deno starts no thread of this kind from an address, but imports one in it. */
const WORKER: URL = FILE.protocol === "file:"
  ? FILE
  : new URL(`data:text/javascript,import ${JSON.stringify(FILE.href)}`);

/** A thread that runs one task at a time. It keeps the process alive only while it has one. */
export class Thread {
  readonly #worker: Worker;
  readonly #owner: ThreadOwner;
  readonly #gone = Promise.withResolvers<void>();
  #task: Task | undefined;
  #ready = false;
  #ended = false;
  /** What has gone wrong in it; its end follows. */
  #error: { readonly error: unknown } | undefined;

  /** Starts it. */
  constructor(owner: ThreadOwner) {
    this.#owner = owner;
    this.#worker = new Worker(WORKER);
    this.#worker.on("message", (answer: Answer) => this.#answered(answer));
    this.#worker.on("messageerror", (error) => this.#settle((task) => task.reject(error)));
    this.#worker.on("error", (error) => this.#error ??= { error });
    this.#worker.on("exit", (code) => this.#exited(code));
  }

  /** Runs `task`, which nobody else runs; it has none now. */
  run(task: Task): void {
    this.#task = task;
    if (!this.#ready) return;
    this.#worker.ref();
    this.#send(task);
  }

  /** Ends it, whatever it does; resolves when it is gone. Its task is not told. */
  end(): Promise<void> {
    if (!this.#ended) {
      this.#ended = true;
      this.#task = undefined;
      // Whoever waits for its end is not to find the process ended.
      this.#worker.ref();
      void this.#worker.terminate();
    }
    return this.#gone.promise;
  }

  #send(task: Task): void {
    const { module, name, input, transfer } = task;
    try {
      this.#worker.postMessage(
        { module, name, input } satisfies Request,
        // The types of Node know more kinds, and those of the web others.
        transfer as readonly ArrayBuffer[],
      );
    } catch (error) {
      // What cannot be copied.
      this.#settle(({ reject }) => reject(error));
    }
  }

  #answered(answer: Answer): void {
    if (this.#ended) return;
    if (answer.kind === "ready") {
      this.#ready = true;
      if (this.#task === undefined) this.#rest();
      else this.#send(this.#task);
    } else if (answer.kind === "result") this.#settle(({ resolve }) => resolve(answer.value));
    else this.#settle(({ reject }) => reject(unpackFailure(answer.failure)));
  }

  #settle(settle: (task: Task) => void): void {
    const task = this.#task;
    this.#task = undefined;
    if (task !== undefined) settle(task);
    if (!this.#ended) this.#rest();
  }

  #rest(): void {
    this.#worker.unref();
    this.#owner.idle(this);
  }

  #exited(code: number): void {
    const [task, expected] = [this.#task, this.#ended];
    this.#ended = true;
    this.#task = undefined;
    const error = this.#error === undefined
      ? new Error(`Cannot finish the task: its thread has ended with the exit code ${code}`)
      : this.#error.error;
    if (task !== undefined) task.reject(error);
    this.#gone.resolve();
    this.#owner.gone(this);
    if (task === undefined && !expected && this.#error !== undefined) this.#owner.failed(error);
  }
}
