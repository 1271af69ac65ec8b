/**
 * What one connection brings, and how long it is waited for.
 *
 * @module
 */

import type { Connection } from "../core/connection.ts";
import { HeadScanner } from "./head_scanner.ts";
import type { ResolvedHttpOptions, ResolvedLimits } from "./http_options.ts";
import { Input } from "./input.ts";
import { Message } from "./message.ts";
import { PhaseClock } from "./phase_clock.ts";
import { Refusal } from "./refusal.ts";
import type { BodySource } from "./request_body.ts";
import { originOf } from "./request_target.ts";

const CONTINUE = new TextEncoder().encode("HTTP/1.1 100 Continue\r\n\r\n");
const NOTHING = new Uint8Array(0);
/** How long the next request is waited for when the server is about to stop, in milliseconds: it may be under way. */
const NEXT_MS = 100;
const FIRST_MS = 250;

/** Reads heads and bodies. */
export class HttpWire implements BodySource {
  readonly input: Input;
  readonly limits: ResolvedLimits;
  /** Whether the client waits for `100 Continue` still. */
  expectsContinue = false;
  readonly #connection: Connection;
  readonly #options: ResolvedHttpOptions;
  readonly #clock: PhaseClock;
  #draining = false;
  /** It waits for a request of which nothing has come. */
  #idle = false;
  #first = true;
  #expired = false;
  /** How long the body was waited for, in milliseconds. */
  #waited = 0;
  #origin: readonly [host: string | undefined, origin: string] = [undefined, ""];

  constructor(connection: Connection, options: ResolvedHttpOptions) {
    this.#connection = connection;
    this.#options = options;
    this.limits = options.limits;
    this.input = new Input(connection);
    this.#clock = new PhaseClock(options.timers, () => {
      this.#expired = true;
      this.input.wake();
    });
  }

  /** The server is about to stop, and nothing more has come. */
  get isLast(): boolean {
    return this.#draining && this.input.length === 0;
  }

  /** The next request; `null` when there is none. Rejects with a {@linkcode Refusal}. */
  async head(): Promise<Message | null> {
    const { input } = this;
    const scanner = new HeadScanner(this.limits);
    let started: boolean | undefined;
    while (!scanner.scan(input.bytes, input.start, input.end)) {
      if (input.ended && input.failure === undefined) {
        if (scanner.untouched) return null;
        throw new Refusal(400, "the head of the request is incomplete");
      }
      if (started === undefined || started === scanner.untouched) {
        started = this.#startWaiting(!scanner.untouched);
      }
      await input.more();
      if (this.#expired) return this.#late(scanner.untouched);
    }
    this.#clock.end();
    this.#idle = false;
    this.#first = false;
    const message = new Message(
      input.bytes.subarray(input.start, input.start + scanner.size),
      scanner,
    );
    input.skip(scanner.size);
    return message;
  }

  /** Sets the time for what is waited for; whether that is the rest of a head. */
  #startWaiting(begun: boolean): boolean {
    const { headers, idle } = this.#options.timeouts;
    this.#idle = !begun;
    if (begun) {
      this.#clock.begin(headers);
      // Half a request has come with the one before: the connection is not idle, which is guessed
      // from reads and writes. Whoever writes while it reads is never taken for idle.
      this.input.lookAhead();
      if (!this.#first) void this.#connection.write(NOTHING);
    } else if (this.#draining) this.#clock.begin(this.#first ? FIRST_MS : NEXT_MS);
    else this.#clock.begin(this.#first ? headers : idle);
    return begun;
  }

  #late(untouched: boolean): null {
    if (untouched && (!this.#first || this.#draining)) return null;
    const { headers } = this.#options.timeouts;
    throw new Refusal(408, `the head of the request has not come within ${headers} ms`);
  }

  /** The start of the URL of a request. Throws a {@linkcode Refusal} (400) when its host is none. */
  originOf(message: Message): string {
    const { host, minor, parts: { authority } } = message;
    if (host === undefined && minor > 0) throw new Refusal(400, "there is no Host field");
    const scheme = this.#options.scheme ?? (this.#connection.alpn === undefined ? "http" : "https");
    if (host !== undefined && host === this.#origin[0] && authority === undefined) {
      return this.#origin[1];
    }
    const { localAddr } = this.#connection;
    const fallback = "port" in localAddr && localAddr.transport === "tcp"
      ? `${
        localAddr.hostname.includes(":") ? `[${localAddr.hostname}]` : localAddr.hostname
      }:${localAddr.port}`
      : "localhost";
    const origin = originOf(scheme, host ?? authority ?? fallback);
    if (origin === null) throw new Refusal(400, "the Host field is not a host");
    if (authority !== undefined && originOf(scheme, authority) !== origin) {
      throw new Refusal(400, "the target and the Host field name different hosts");
    }
    if (host !== undefined) this.#origin = [host, origin];
    return origin;
  }

  /** The body of `message` is next. */
  begin(message: Message): void {
    this.expectsContinue = message.expectsContinue && message.hasBody;
    this.#waited = 0;
  }

  async waitForBody(received: number): Promise<void> {
    const { receive } = this.#options.timeouts;
    const { minBodyRate } = this.limits;
    const began = this.#clock.now();
    // What has come pays for the time that it was waited for.
    const allowed = minBodyRate === Infinity
      ? Infinity
      : receive + received / minBodyRate * 1000 - this.#waited;
    this.#clock.begin(Math.max(Math.min(receive, allowed), 0));
    if (this.expectsContinue) {
      this.expectsContinue = false;
      // The read comes first: so the connection is not taken for idle, all being answered.
      this.input.lookAhead();
      await this.#connection.write(CONTINUE);
    }
    await this.input.more();
    this.#clock.end();
    this.#waited += this.#clock.now() - began;
    if (this.#expired) throw new Refusal(408, `the body of the request has not come in time`);
  }

  /** Calls `onGone` when the peer is gone, or has finished; until the function that is returned is called. */
  watch(onGone: (reason: unknown) => void): () => void {
    const { input } = this;
    const { signal } = this.#connection;
    const onAbort = () => onGone(signal.reason);
    const onEnd = () => onGone(signal.aborted ? signal.reason : gone());
    if (signal.aborted) onAbort();
    else if (input.ended) onEnd();
    signal.addEventListener("abort", onAbort);
    input.onEnd = onEnd;
    if (input.length === 0) input.lookAhead();
    return () => {
      signal.removeEventListener("abort", onAbort);
      input.onEnd = undefined;
    };
  }

  /** The server is about to stop. */
  drain(): void {
    this.#draining = true;
    if (this.#idle) this.#clock.begin(this.#first ? FIRST_MS : NEXT_MS);
  }

  /** Ends the waiting, with the timer. */
  stop(): void {
    this.#idle = false;
    this.#clock.stop();
  }
}

function gone(): Error {
  const error = new Error("Cannot go on: the client has closed the connection");
  return Object.assign(error, { name: "AbortError" });
}
