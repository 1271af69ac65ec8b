/**
 * From a request to its answer.
 *
 * @module
 */

import { later } from "../core/breather.ts";
import type { Connection } from "../core/connection.ts";
import { type Answer, type BodyParts, isWhole, type Reply, type WholeBody } from "./answer.ts";
import { addWhole, sendStreamed } from "./answer_writer.ts";
import type { Exchange, ExchangeHost } from "./exchange.ts";
import { HandedOver } from "./handed_over.ts";
import type { ResolvedHttpOptions } from "./http_options.ts";
import { HttpWire } from "./http_wire.ts";
import { Output } from "./output.ts";
import { watchPeer } from "./peer_watch.ts";
import { readAnswer } from "./read_answer.ts";
import { Refusal } from "./refusal.ts";
import { SERVER_ERROR } from "./refusal_answer.ts";
import { StreamWatch } from "./stream_watch.ts";

/** After so many steps everybody else has a turn: most requests take one or two. */
const MOST_STEPS = 256;

/** What a handler may return. */
export type Given = Response | Reply | void;

/**
 * What a connection does with what its handler has returned. Each step tells whether the next can
 * follow at once; if not, `resume` is called for it later. A step throws a {@linkcode Refusal} when the
 * request turns out to be none, and anything else when the connection is to be reset.
 */
export abstract class Answering implements ExchangeHost {
  /** The connection. */
  readonly connection: Connection;
  protected readonly options: ResolvedHttpOptions;
  protected readonly wire: HttpWire;
  protected readonly output: Output;
  /** Those after which another may follow. */
  #requests = 0;
  #steps = 0;
  #watch: StreamWatch | undefined;

  /** `onNews` is called when more has come, or it has ended, or nothing is waited for any more. */
  constructor(connection: Connection, options: ResolvedHttpOptions, onNews: () => void) {
    this.connection = connection;
    this.options = options;
    this.output = new Output(connection);
    this.wire = new HttpWire(connection, options, this.output, onNews);
  }

  /** Takes a step after something was waited for. */
  protected abstract resume(step: () => boolean): void;

  /** The answer is in the output; `goesOn` says whether another may follow. */
  protected abstract finish(exchange: Exchange, goesOn: boolean): boolean;

  /** Whether none was answered before. */
  protected get isFirst(): boolean {
    return this.#requests === 0;
  }

  /**
   * To be asked at each step: whether everybody else has a turn now, and this goes on after it. So who
   * has sent thousands of requests at once holds up nobody; and what they leave behind can be collected,
   * of which much lives until the turn ends (the platform's `Response` makes a WeakRef on Node).
   */
  protected breathes(): boolean {
    if (++this.#steps < MOST_STEPS) return false;
    this.#steps = 0;
    void this.output.flush();
    later(() => this.resume(() => true));
    return true;
  }

  handOver(): Connection {
    // What was answered before comes first.
    void this.output.flush();
    this.wire.stop();
    return new HandedOver(this.connection, this.wire.input);
  }

  watch(onGone: (reason: unknown) => void): () => void {
    return watchPeer(this.connection, this.wire.input, onGone);
  }

  /** The handler has returned this. */
  protected answer(exchange: Exchange, given: Given): boolean {
    if (exchange.upgraded) {
      exchange.status = 101;
      return this.finish(exchange, false);
    }
    let answer: Answer;
    try {
      answer = readAnswer(given);
    } catch (error) {
      return this.fault(exchange, error);
    }
    const { body } = answer;
    return isWhole(body) ? this.#add(exchange, answer, body) : this.#stream(exchange, answer, body);
  }

  /** The handler has failed, or its answer cannot be sent. */
  protected fault(exchange: Exchange, error: unknown): boolean {
    // A body that was refused while it was read is answered so.
    if (exchange.body?.failure instanceof Refusal) throw exchange.body.failure;
    this.#report(error, exchange);
    if (exchange.upgraded) throw error;
    return this.#add(exchange, SERVER_ERROR, SERVER_ERROR.body);
  }

  #add(exchange: Exchange, answer: Answer, body: WholeBody): boolean {
    exchange.status = answer.status;
    exchange.keepAlive = this.#mayGoOn(exchange);
    let goesOn: boolean;
    try {
      goesOn = addWhole(this.output, answer, body, exchange);
    } catch (error) {
      this.#report(error, exchange);
      exchange.status = 500;
      goesOn = addWhole(this.output, SERVER_ERROR, SERVER_ERROR.body, exchange);
    }
    return this.finish(exchange, goesOn);
  }

  #stream(exchange: Exchange, answer: Answer, body: BodyParts): boolean {
    exchange.status = answer.status;
    exchange.keepAlive = this.#mayGoOn(exchange);
    const watch = this.#watch ??= new StreamWatch(
      this.connection,
      this.wire.input,
      this.output,
      this.options,
    );
    let begun = false;
    const onBegun = () => {
      begun = true;
      // In the middle of an answer there is no telling any more.
      this.wire.expectsContinue = false;
    };
    const follow = (step: () => boolean) => {
      if (watch.end()) this.resume(step);
    };
    void this.output.flush();
    sendStreamed(this.output, answer, body, exchange, onBegun).then(
      (goesOn) => follow(() => this.finish(exchange, goesOn)),
      (error) =>
        follow(() => {
          if (!begun) return this.fault(exchange, error);
          this.#report(error, exchange);
          throw error;
        }),
    );
    watch.begin(exchange, (reason) => {
      body.cancel(reason);
      follow(() => {
        throw reason;
      });
    });
    return false;
  }

  #mayGoOn({ message, body }: Exchange): boolean {
    const { maxRequestsPerConnection, maxUnreadBodySize } = this.options.limits;
    if (!message.keepAlive || ++this.#requests >= maxRequestsPerConnection) return false;
    if (this.wire.isLast) return false;
    if (body === null || body.consumed) return true;
    // A client that was not told to go on may send the body or not: nobody knows what comes next.
    if (this.wire.expectsContinue && !body.received) return false;
    return body.failure === undefined && body.left <= maxUnreadBodySize;
  }

  #report(error: unknown, exchange: Exchange): void {
    const { request } = exchange;
    // That the peer is gone is no failure of the handler.
    if (request === undefined || exchange.gone || this.connection.signal.aborted) return;
    try {
      this.options.onRequestError?.(error, request);
    } catch {
      // It is the last one to be told: there is nobody else.
    }
  }
}

/** What a handler has returned; what can be waited for, as a promise of the platform's. */
export function ofPromise(given: Given | Promise<Given>): Given | Promise<Given> {
  if (typeof given !== "object" || given === null || !("then" in given)) return given;
  return typeof given.then === "function" ? Promise.resolve(given) : given;
}
