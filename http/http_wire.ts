/**
 * What one connection brings, and how long it is waited for.
 *
 * @module
 */

import type { Connection } from "../core/connection.ts";
import { HeadScanner } from "./head_scanner.ts";
import type { ResolvedLimits } from "./http_limits.ts";
import type { ResolvedHttpOptions } from "./http_options.ts";
import { Input } from "./input.ts";
import { Message } from "./message.ts";
import type { Output } from "./output.ts";
import { PhaseClock, type PhaseOwner } from "./phase_clock.ts";
import { Refusal } from "./refusal.ts";
import type { BodySource } from "./request_body.ts";

const CONTINUE = new TextEncoder().encode("HTTP/1.1 100 Continue\r\n\r\n");
/** How long the next request is waited for when the server is about to stop, in milliseconds: it may be under way. */
const NEXT_MS = 100;
const FIRST_MS = 250;
/** How many unused scanners are kept: one is enough, but for heads that come in pieces. */
const MOST_SCANNERS = 16;

/** Reads heads and bodies. */
export class HttpWire implements BodySource, PhaseOwner {
  readonly input: Input;
  readonly limits: ResolvedLimits;
  /** Whether the client waits for `100 Continue` still. */
  expectsContinue = false;
  readonly #connection: Connection;
  readonly #options: ResolvedHttpOptions;
  readonly #clock: PhaseClock;
  readonly #output: Output;
  /** There while a head is under way. */
  #scanner: HeadScanner | undefined;
  /** What is known of the head that is under way. */
  #message: Message | undefined;
  #draining = false;
  /** It waits for a request of which nothing has come. */
  #idle = false;
  /** It waits for the rest of a head. */
  #begun = false;
  #first = true;
  #expired = false;
  /** How long the body was waited for, in milliseconds. */
  #waited = 0;

  /** `onNews` is called when more has come, or it has ended, or nothing is waited for any more. */
  constructor(
    connection: Connection,
    options: ResolvedHttpOptions,
    output: Output,
    onNews: () => void,
  ) {
    this.#connection = connection;
    this.#options = options;
    this.#output = output;
    this.limits = options.limits;
    this.input = new Input(connection);
    this.input.onNews = onNews;
    this.#clock = new PhaseClock(options.phases, this);
    this.#clock.enter();
  }

  /** Nothing of a request has ever come. */
  get silent(): boolean {
    return this.#first && this.#untouched;
  }

  /** The method of the request whose head is under way, when its line has come; else empty. */
  get method(): string {
    return this.#message?.method ?? "";
  }

  /** The server is about to stop, and nothing more has come. */
  get isLast(): boolean {
    return this.#draining && this.input.length === 0;
  }

  /**
   * The next request; `null` when there is none any more, `undefined` when it has not come: then
   * `waitForHead` is next. Throws a {@linkcode Refusal}, or what has broken the connection.
   */
  head(): Message | null | undefined {
    const { input } = this;
    if (input.length > 0) {
      const message = this.#message ??= new Message();
      const scanner = this.#scanner ??= this.#options.scanners.pop() ??
        new HeadScanner(this.limits);
      if (scanner.scan(message, input.bytes, input.start, input.end)) {
        return this.#endHead(message, scanner);
      }
    }
    if (input.failure !== undefined) throw input.failure;
    const untouched = this.#untouched;
    if (input.ended) {
      if (untouched) return null;
      throw new Refusal(400, "the head of the request is incomplete");
    }
    return this.#expired ? this.#late(untouched) : undefined;
  }

  get #untouched(): boolean {
    return this.#scanner?.untouched ?? true;
  }

  #endHead(message: Message, scanner: HeadScanner): Message {
    const { input } = this;
    message.end(input.bytes, input.start, scanner.size);
    input.skip(scanner.size);
    scanner.reset();
    const { scanners } = this.#options;
    if (scanners.length < MOST_SCANNERS) scanners.push(scanner);
    this.#scanner = undefined;
    this.#message = undefined;
    this.#clock.end();
    this.#idle = this.#begun = this.#first = false;
    return message;
  }

  /** Waits for the head; whether something has come at once. */
  waitForHead(): boolean {
    if (this.input.lookAhead()) return true;
    const untouched = this.#untouched;
    if (!(untouched ? this.#idle : this.#begun)) this.#startWaiting(!untouched);
    return false;
  }

  /** Sets the time for what is waited for. */
  #startWaiting(begun: boolean): void {
    this.#idle = !begun;
    this.#begun = begun;
    if (begun) this.#clock.begin(this.#options.timeouts.headers);
    else this.#beginIdle();
  }

  #beginIdle(): void {
    const { headers, idle } = this.#options.timeouts;
    if (this.#draining) this.#clock.begin(this.#first ? FIRST_MS : NEXT_MS);
    else this.#clock.begin(this.#first ? headers : idle);
  }

  #late(untouched: boolean): null {
    if (untouched && (!this.#first || this.#draining)) return null;
    const { headers } = this.#options.timeouts;
    throw new Refusal(408, `the head of the request has not come within ${headers} ms`);
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
    this.#clock.begin(Math.min(receive, allowed));
    const { input } = this;
    const held = input.length;
    if (this.expectsContinue) {
      this.expectsContinue = false;
      // The answers to the requests before it come first.
      void this.#output.flush();
      await this.#connection.write(CONTINUE);
    }
    if (input.length === held && !this.#expired) await input.more();
    this.#clock.end();
    this.#waited += this.#clock.now() - began;
    if (this.#expired) throw new Refusal(408, `the body of the request has not come in time`);
  }

  /** The server is about to stop. */
  drain(): void {
    this.#draining = true;
    if (this.#idle) this.#beginIdle();
  }

  /** See {@linkcode PhaseOwner.expired}. */
  expired(): void {
    // Who takes his time over an answer is not idle: `timeouts.send` is for that.
    if (this.#idle && this.#output.busy) return this.#beginIdle();
    this.#expired = true;
    this.input.tell();
  }

  /** Ends the waiting, with the timer. */
  stop(): void {
    this.#idle = false;
    this.input.onNews = undefined;
    this.#clock.stop();
  }
}
