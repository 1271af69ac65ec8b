/**
 * One connection of HTTP/1.1, from its first request to its last.
 *
 * It is a machine that is called, not a function that waits. Either it waits for a head or the rest of
 * one, and `#turn` is called when there is news. Or an exchange goes on: the handler thinks, or the
 * answer comes piece by piece. Then a promise calls it back, and news are for the body of the request.
 *
 * While a whole head is at hand, and the handler answers at once with a body that is there, no promise
 * stands between the bytes of the request and those of the answer. Answers are gathered, and sent
 * before anything is waited for.
 *
 * @module
 */

import type { Connection } from "../core/connection.ts";
import { Settler } from "../core/settler.ts";
import { WRITTEN } from "../core/write_queue.ts";
import type { Reply } from "./answer.ts";
import { addWhole } from "./answer_writer.ts";
import { tellAnswered, tellRefused } from "./answered.ts";
import { Answering, type Given, ofPromise } from "./answering.ts";
import { Exchange, type HttpInfo } from "./exchange.ts";
import type { ResolvedHttpOptions } from "./http_options.ts";
import { LazyRequest } from "./lazy_request.ts";
import type { Message } from "./message.ts";
import { Refusal } from "./refusal.ts";
import { refusalAnswer } from "./refusal_answer.ts";
import { RequestBody } from "./request_body.ts";

/**
 * Answers a request. What it throws is answered with 500. After `info.upgrade()` it need not return
 * anything.
 */
export type HttpHandler = (
  request: Request,
  info: HttpInfo,
) => Response | Reply | void | Promise<Response | Reply | void>;

/** Serves one connection; does not close it. */
export class HttpSession extends Answering {
  readonly #handler: HttpHandler;
  readonly #over = new Settler<void>();
  /** An exchange goes on, or it is over. */
  #busy = false;
  #exchange: Exchange | undefined;
  #method = "";

  constructor(connection: Connection, handler: HttpHandler, options: ResolvedHttpOptions) {
    super(connection, options, () => this.#turn());
    this.#handler = handler;
  }

  /** The server is about to stop: no request is waited for any more. */
  drain(): void {
    this.wire.drain();
  }

  /**
   * Resolves when the last answer was sent, or the connection was handed over and that is finished.
   * Rejects when the connection is broken, or an answer could not be finished: then it is to be reset.
   */
  run(): Promise<void> {
    this.connection.setTimeouts({ receive: Infinity, send: this.options.timeouts.send });
    this.#turn();
    return this.#over.promise;
  }

  /** Goes on until something has to be waited for. */
  #turn(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#goOn();
  }

  #goOn(): void {
    try {
      while (this.#next()) { /* There is more at hand. */ }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Takes one step; whether another can follow at once. */
  #next(): boolean {
    // Who does not take its answers has no more of them made.
    if (this.output.busy) return this.#flush(() => true);
    if (this.breathes()) return false;
    const message = this.wire.head();
    if (message) return this.#begin(message);
    if (message === null) return this.#flush(() => this.#end());
    void this.output.flush();
    this.#busy = this.wire.waitForHead();
    return this.#busy;
  }

  /** Sends what there is to send, and goes on then. */
  #flush(step: () => boolean): boolean {
    const written = this.output.flush();
    if (written === WRITTEN) return step();
    written.then(() => this.resume(step), (error) => this.#fail(error));
    return false;
  }

  #begin(message: Message): boolean {
    this.#method = message.method;
    const origin = this.options.origins.of(message, this.connection);
    const body = message.hasBody ? new RequestBody(this.wire, message) : null;
    body?.check();
    this.wire.begin(message);
    const exchange = this.#exchange = new Exchange(this, message, body, origin);
    if (this.options.onAnswer !== undefined) exchange.began = this.options.timers.now();
    // It inherits from the platform's Request, which no type can say: see inheritFromRequest().
    const request = new LazyRequest(exchange) as unknown as Request;
    exchange.request = request;
    let given: Given | Promise<Given>;
    try {
      given = ofPromise(this.#handler(request, exchange));
    } catch (error) {
      return this.fault(exchange, error);
    }
    if (!(given instanceof Promise)) return this.answer(exchange, given);
    // Nobody whose answer is there is kept waiting for the next one.
    void this.output.flush();
    given.then(
      (later) => this.resume(() => this.answer(exchange, later)),
      (error) => this.resume(() => this.fault(exchange, error)),
    );
    return false;
  }

  protected override resume(step: () => boolean): void {
    try {
      if (step()) this.#goOn();
    } catch (error) {
      this.#fail(error);
    }
  }

  protected override finish(exchange: Exchange, goesOn: boolean): boolean {
    exchange.end();
    if (this.options.onAnswer === undefined) return this.#follow(exchange, goesOn);
    return this.#flush(() => {
      this.#tell(exchange, true);
      return this.#follow(exchange, goesOn);
    });
  }

  /** What follows an answer. */
  #follow({ body, isLast }: Exchange, goesOn: boolean): boolean {
    this.#exchange = undefined;
    this.#method = "";
    if (isLast && this.isFirst) this.wire.input.expectNothing();
    if (!goesOn) return this.#flush(() => this.#end());
    if (body === null || body.consumed) return true;
    void this.output.flush();
    body.discard(this.options.limits.maxUnreadBodySize).then(
      (done) => this.resume(() => done || this.#flush(() => this.#end())),
      // It is answered already.
      (error) => error instanceof Refusal ? void this.#flush(() => this.#end()) : this.#fail(error),
    );
    return false;
  }

  #end(): false {
    this.wire.stop();
    this.#over.resolve();
    return false;
  }

  #fail(error: unknown): void {
    const exchange = this.#exchange;
    const { silent } = this.wire;
    this.wire.stop();
    exchange?.end();
    if (!(error instanceof Refusal)) return this.#cut(error);
    const method = this.#method || this.wire.method;
    const context = { minor: 1, method, keepAlive: false, sent: () => undefined };
    const answer = refusalAnswer(error);
    addWhole(this.output, answer, answer.body, context);
    this.output.flush().then(() => {
      const { onAnswer } = this.options;
      if (exchange !== undefined) {
        this.#tell(Object.assign(exchange, { status: error.status }), true);
      } else if (!silent) tellRefused(onAnswer, this.connection.remoteAddr, answer);
      this.#end();
    }, (reason) => this.#cut(reason));
  }

  /** The answer that is under way, if any, cannot be finished. */
  #cut(error: unknown): void {
    if (this.#exchange !== undefined) this.#tell(this.#exchange, false);
    this.#over.reject(error);
  }

  #tell(exchange: Exchange, complete: boolean): void {
    const { onAnswer, timers } = this.options;
    if (onAnswer !== undefined) tellAnswered(onAnswer, exchange, complete, timers.now());
  }
}
