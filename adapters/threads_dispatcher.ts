/**
 * Which thread runs which task.
 *
 * @module
 */

import { clearTimeout, setTimeout } from "node:timers";
import { closedError } from "../core/errors.ts";
import { Fifo } from "../core/fifo.ts";
import { Settler } from "../core/settler.ts";
import { type Task, Thread, type ThreadOwner } from "./threads_thread.ts";

/** What is run, without those who are told. */
export type TaskRequest = Omit<Task, "resolve" | "reject">;

/** The options of a pool, checked. */
export interface DispatcherInit {
  readonly threads: number;
  readonly maxQueued: number;
  readonly idleTimeout: number;
  readonly onError: ((error: unknown) => void) | undefined;
}

/** A task, and where it is. */
interface Job {
  readonly task: Task;
  /** Rejects it, wherever it is, and ends the thread that runs it. */
  readonly giveUp: (reason: unknown) => void;
  thread: Thread | undefined;
  unqueue: () => void;
}

/** Queue, threads, and who of them is idle. */
export class Dispatcher {
  readonly #init: DispatcherInit;
  readonly #owner: ThreadOwner;
  readonly #queue = new Fifo<Job>();
  readonly #jobs = new Set<Job>();
  readonly #threads = new Set<Thread>();
  /** What ends each of those without a task. The last one is taken first, so that the others can end. */
  readonly #idle = new Map<Thread, ReturnType<typeof setTimeout>>();
  #queued = 0;
  #room: Settler<void> | undefined;
  #closing: Settler<void> | undefined;

  constructor(init: DispatcherInit) {
    this.#init = init;
    this.#owner = {
      idle: (thread) => this.#rest(thread),
      gone: (thread) => this.#lose(thread),
      failed: (error) => this.#report(error),
    };
  }

  get stats(): { threads: number; running: number; queued: number } {
    const { size } = this.#threads;
    return { threads: size, running: size - this.#idle.size, queued: this.#queued };
  }

  get full(): boolean {
    return this.#queued >= this.#init.maxQueued;
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  async ready(): Promise<void> {
    while (this.full && !this.closed) {
      this.#room ??= new Settler();
      await this.#room.promise;
    }
  }

  /** Runs a task, now or when a thread is free. */
  submit(request: TaskRequest, signal: AbortSignal | undefined): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const onAbort = (): void => job.giveUp(signal?.reason);
    const end = (): void => {
      signal?.removeEventListener("abort", onAbort);
      this.#jobs.delete(job);
    };
    const task: Task = {
      ...request,
      resolve: (value) => (end(), resolve(value)),
      reject: (error) => (end(), reject(error)),
    };
    const job: Job = {
      task,
      thread: undefined,
      unqueue: () => undefined,
      giveUp: (reason) => {
        task.reject(reason);
        if (job.thread === undefined) this.#unqueue(job);
        else void job.thread.end();
      },
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#jobs.add(job);
    job.unqueue = this.#queue.push(job);
    this.#queued++;
    this.#dispatch();
    return promise;
  }

  close(): Promise<void> {
    this.#closing ??= new Settler();
    this.#wake();
    this.#finish();
    return this.#closing.promise;
  }

  abort(): Promise<void> {
    const closed = this.close();
    for (const job of [...this.#jobs]) job.giveUp(closedError("finish the task", "pool"));
    this.#finish();
    return closed;
  }

  /** Gives tasks to threads, as far as there are both. */
  #dispatch(): void {
    while (this.#idle.size > 0 || this.#threads.size < this.#init.threads) {
      const job = this.#queue.shift();
      if (job === undefined) return;
      this.#left();
      try {
        job.thread = this.#idleThread() ?? this.#newThread();
        job.thread.run(job.task);
      } catch (error) {
        // Without the permission to read, Deno starts none.
        job.task.reject(error);
      }
    }
  }

  #idleThread(): Thread | undefined {
    const last = [...this.#idle.keys()].at(-1);
    if (last !== undefined) this.#wakeUp(last);
    return last;
  }

  #newThread(): Thread {
    const thread = new Thread(this.#owner);
    this.#threads.add(thread);
    return thread;
  }

  #wakeUp(thread: Thread): void {
    clearTimeout(this.#idle.get(thread));
    this.#idle.delete(thread);
  }

  #rest(thread: Thread): void {
    const timer = setTimeout(() => void thread.end(), this.#init.idleTimeout);
    timer.unref();
    this.#idle.set(thread, timer);
    this.#dispatch();
    this.#finish();
  }

  #lose(thread: Thread): void {
    this.#wakeUp(thread);
    this.#threads.delete(thread);
    this.#dispatch();
    this.#finish();
  }

  #unqueue(job: Job): void {
    job.unqueue();
    this.#left();
  }

  #left(): void {
    this.#queued--;
    if (!this.full) this.#wake();
  }

  #wake(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }

  /** Ends the threads when nothing more is to come. */
  #finish(): void {
    if (this.#closing === undefined || !this.#queue.isEmpty) return;
    for (const thread of [...this.#idle.keys()]) {
      this.#wakeUp(thread);
      void thread.end();
    }
    if (this.#threads.size === 0) this.#closing.resolve();
  }

  #report(error: unknown): void {
    try {
      this.#init.onError?.(error);
    } catch {
      // A callback that fails, although it must not, is not to stop the pool.
    }
  }
}
