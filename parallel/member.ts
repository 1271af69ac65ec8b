/**
 * One worker, as the crew knows it: what it was given, what it has said.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { Served } from "../core/served.ts";
import { Settler } from "../core/settler.ts";
import type { Certificate } from "../core/tls.ts";
import type { MemberEnd, MemberInit } from "./member_init.ts";
import { type FromWorker, type ToWorker, unpackError } from "./messages.ts";
import { Replies } from "./replies.ts";
import type { WorkerLink } from "./worker_link.ts";

/** A worker from its start to its end. */
export class Member {
  /** Resolves when it serves; rejects with the reason when it never will. */
  readonly ready: Promise<void>;
  /** Resolves when it has ended. */
  readonly ended: Promise<MemberEnd>;
  /** When it was last given a connection, in the order of those that were given. */
  turn = 0;
  /** Whether it has ever served. */
  hasServed = false;
  /** What it has finished and cut; `undefined` until it says so. */
  served: Served | undefined;
  readonly #init: MemberInit;
  readonly #link: WorkerLink;
  readonly #readied = new Settler<void>();
  readonly #end = new Settler<MemberEnd>();
  readonly #certified = new Replies();
  #state: "starting" | "serving" | "leaving" | "ended" = "starting";
  #failure: Error | undefined;
  /** What is to be said as soon as nothing is on its way. */
  #unsaid: ToWorker[] = [];
  /** Whether it was asked if it is there, and has not said so. */
  #asked = false;
  #told = false;
  #hangs = false;
  #given = 0;
  #taken = 0;
  #gone = 0;
  #silent = 0;

  /** Starts it. */
  constructor(init: MemberInit) {
    this.#init = init;
    this.ready = this.#readied.promise;
    this.ended = this.#end.promise;
    // Whoever waits for it is told; nobody has to.
    this.ready.catch(() => undefined);
    this.#link = init.launch({
      message: (message) => this.#heard(message),
      failed: (error) => this.#failed(error),
      exited: (how) => this.#exited(how),
    });
    this.#link.post({ type: "start", init: init.worker });
  }

  /** How many connections it was given. */
  get given(): number {
    return this.#given;
  }

  /** How many of them are open, those on the way included. */
  get open(): number {
    return this.#state === "ended" ? 0 : this.#given - this.#gone;
  }

  /**
   * Whether it may be given one: it serves, and has said that it has got the one before. Who waits behind
   * a worker that is busy cannot go to one that is not.
   */
  get hasRoom(): boolean {
    return this.#state === "serving" && this.#isQuiet && this.#unsaid.length === 0;
  }

  /** Says something to its module; dropped when it has ended. */
  readonly post = (message: unknown): void => this.#send({ type: "message", message });

  /** Gives it another certificate; rejects when it cannot take that. */
  certify(certificate: Certificate): Promise<void> {
    return this.#certified.ask((id) => this.#send({ type: "certificate", id, certificate }));
  }

  /** Gives it a connection. */
  give(socket: Socket): void {
    this.#given++;
    this.#link.give(socket);
  }

  /** Whether it has not said anything since so many calls of this; asks it to. */
  hangs(calls: number): boolean {
    if (this.#state === "ended") return false;
    // One that was given a connection is to say that it has got it.
    if (this.#told) this.#link.post({ type: "ping" });
    else if (this.#isQuiet) this.#ask();
    return this.#silent++ >= calls;
  }

  /** It is given no more connections; it ends when those that it has are finished. */
  drain(): void {
    if (this.#state === "ended" || this.#state === "leaving") return;
    this.#state = "leaving";
    this.#tellToDrain();
  }

  /** Ends it at once; `hangs` is the reason that is told. */
  kill(hangs = false): void {
    if (this.#state === "ended") return;
    this.#hangs = hangs;
    this.#link.kill();
  }

  #heard(message: FromWorker): void {
    this.#silent = 0;
    if (message.type === "count") this.#count(message.taken, message.gone);
    else if (message.type === "pong") this.#answered();
    else if (message.type === "done") this.served = message.served;
    else if (message.type === "failed") this.#failed(unpackError(message.error));
    else if (message.type === "error" && message.fatal) this.#failed(unpackError(message.error));
    else if (message.type === "error") this.#init.onFault(unpackError(message.error));
    else if (message.type === "message") this.#init.onMessage(message.message, this.post);
    else if (message.type === "leaving") this.#link.post({ type: "leave" });
    else if (message.type === "certified") {
      this.#certified.answer(message.id, message.error && unpackError(message.error));
    } else if (message.type === "ready" && this.#state === "starting") {
      this.#state = "serving";
      this.hasServed = true;
      this.#readied.resolve();
      this.#init.onRoom();
    }
  }

  #answered(): void {
    this.#asked = false;
    this.#speak();
    if (this.#state === "leaving") this.#tellToDrain();
    this.#init.onRoom();
  }

  #count(taken: number, gone: number): void {
    this.#taken = taken;
    this.#gone = gone;
    this.#speak();
    if (this.#state === "leaving") this.#tellToDrain();
    this.#init.onRoom();
  }

  /** Whether nothing is on its way: Deno loses a connection when a message without one overtakes it. */
  get #isQuiet(): boolean {
    return this.#given === this.#taken && !this.#asked;
  }

  #ask(): void {
    this.#asked = true;
    this.#link.post({ type: "ping" });
  }

  #send(message: ToWorker): void {
    this.#unsaid.push(message);
    this.#speak();
  }

  /** The answer to what is asked behind it says that all has come. */
  #speak(): void {
    if (this.#unsaid.length === 0 || !this.#isQuiet) return;
    for (const message of this.#unsaid.splice(0)) this.#link.post(message);
    this.#ask();
  }

  #tellToDrain(): void {
    if (this.#told || !this.#isQuiet) return;
    this.#told = true;
    this.#link.post({ type: "drain" });
  }

  #failed(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
    // It ends by itself, and is not to be given anything until then.
    if (this.#state === "serving") this.#state = "leaving";
    this.#told = true;
  }

  #exited(how: string): void {
    if (this.#state === "ended") return;
    const reason = this.#hangs ? "hang" : this.#failure === undefined ? "exit" : "error";
    const lost = this.open;
    this.#state = "ended";
    this.#certified.close();
    const error = this.#failure;
    this.#readied.reject(error ?? new Error(`the worker has ended before it served: ${how}`));
    this.#end.resolve({ reason, lost, error });
    this.#init.onRoom();
  }
}
