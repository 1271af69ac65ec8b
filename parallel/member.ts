/**
 * One worker, as the crew knows it: what it was given, what it has said.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { Served } from "../core/served.ts";
import { Settler } from "../core/settler.ts";
import type { Certificate } from "../core/tls.ts";
import { Ledger } from "./ledger.ts";
import type { MemberEnd, MemberInit } from "./member_init.ts";
import { type FromWorker, type ToWorker, unpackError } from "./messages.ts";
import { Replies } from "./replies.ts";
import type { WorkerLink } from "./worker_link.ts";

/** A worker from its start to its end. */
export class Member {
  readonly #readied = new Settler<void>();
  readonly #end = new Settler<MemberEnd>();
  /** Resolves when it serves; rejects with the reason when it never will. */
  readonly ready: Promise<void> = this.#readied.promise;
  /** Resolves when it has ended. */
  readonly ended: Promise<MemberEnd> = this.#end.promise;
  /** When it was last given a connection, in the order of those that were given. */
  turn = 0;
  /** Whether it has ever served. */
  hasServed = false;
  /** What it has finished and cut; `undefined` until it says so. */
  served: Served | undefined;
  readonly #init: MemberInit;
  readonly #link: WorkerLink;
  readonly #certified = new Replies();
  #state: "starting" | "serving" | "leaving" | "ended" = "starting";
  #failure: Error | undefined;
  /** What is to be said as soon as nothing is on its way. */
  #unsaid: ToWorker[] = [];
  /** Whether it was asked if it is there, and has not said so. */
  #asked = false;
  #told = false;
  #hangs = false;
  readonly #ledger = new Ledger();
  /** Calls of `hangs()` since it has said anything; to start it is the system's time. */
  #silent = -Infinity;

  /** Starts it. */
  constructor(init: MemberInit) {
    this.#init = init;
    this.#link = init.launch({
      message: (message) => this.#heard(message),
      failed: (error) => this.#failed(error),
      exited: (how) => this.#exited(how),
    });
    this.#link.post({ type: "start", init: init.worker });
  }

  /** How many connections it was given. */
  get given(): number {
    return this.#ledger.given;
  }

  /** How many of them are open, those on the way included. */
  get open(): number {
    return this.#state === "ended" ? 0 : this.#ledger.open;
  }

  /**
   * Whether it may be given one: it serves, and has said that it has got the one before. Who waits
   * behind one that is busy cannot go to one that is not.
   */
  get hasRoom(): boolean {
    return this.#state === "serving" && this.#isQuiet && this.#unsaid.length === 0;
  }

  /** Says something to its module: a copy, as it may have to wait. Dropped when it has ended. */
  readonly post = (message: unknown): void =>
    this.#send({ type: "message", message: this.#link.copy(message) });

  /** Gives it another certificate; rejects when it cannot take that. */
  certify(certificate: Certificate): Promise<void> {
    return this.#certified.ask((id) => this.#send({ type: "certificate", id, certificate }));
  }

  /** Gives it a connection. */
  give(socket: Socket): void {
    this.#ledger.give();
    this.#link.give(socket);
  }

  /** Whether it has not said anything since so many calls of this, though it was there; asks it to. */
  hangs(calls: number): boolean {
    if (this.#state === "ended") return false;
    if (this.#ledger.missing()) this.#goOn();
    // On Deno one that was given a connection is to say by itself that it has got it.
    const isAsked = this.#ledger.isEven || "Deno" in globalThis;
    if (this.#told || !isAsked) this.#link.post({ type: "ping" });
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
    this.#ledger.heard();
    if (message.type === "count") this.#ledger.count(message.taken, message.gone);
    else if (message.type === "pong") this.#asked = false;
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
    if (message.type === "count" || message.type === "pong") this.#goOn();
  }

  #goOn(): void {
    this.#speak();
    if (this.#state === "leaving") this.#tellToDrain();
    this.#init.onRoom();
  }

  /** Whether nothing is on its way: Deno loses a connection when a message without one overtakes it. */
  get #isQuiet(): boolean {
    return this.#ledger.isEven && !this.#asked;
  }

  #ask(): void {
    this.#asked = true;
    this.#link.post({ type: "ping" });
  }

  #send(message: ToWorker): void {
    if (this.#state === "ended") return;
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
    const when = this.hasServed ? "" : " before it served";
    const why = `the worker has ended${when}: ${this.#hangs ? "its event loop stood still" : how}`;
    const error = this.#failure ?? (this.#state === "leaving" ? undefined : new Error(why));
    const end = { reason, lost: this.open, error } as const;
    this.#state = "ended";
    this.#certified.close();
    this.#readied.reject(error ?? new Error(why));
    this.#end.resolve(end);
    this.#init.onRoom();
  }
}
