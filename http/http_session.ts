/**
 * One connection of HTTP/1.1, from its first request to its last.
 *
 * @module
 */

import type { Connection } from "../core/connection.ts";
import type { Answer, Reply } from "./answer.ts";
import { writeAnswer } from "./answer_writer.ts";
import { Exchange, type HttpInfo } from "./exchange.ts";
import { HandedOver } from "./handed_over.ts";
import type { ResolvedHttpOptions } from "./http_options.ts";
import { HttpWire } from "./http_wire.ts";
import { LazyRequest } from "./lazy_request.ts";
import type { Message } from "./message.ts";
import { readAnswer } from "./read_answer.ts";
import { REASON_PHRASES, Refusal } from "./refusal.ts";
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
export class HttpSession {
  readonly #connection: Connection;
  readonly #handler: HttpHandler;
  readonly #options: ResolvedHttpOptions;
  readonly #wire: HttpWire;
  #requests = 0;
  #headOnly = false;
  #cleanUp: (() => void) | undefined;

  constructor(connection: Connection, handler: HttpHandler, options: ResolvedHttpOptions) {
    this.#connection = connection;
    this.#handler = handler;
    this.#options = options;
    this.#wire = new HttpWire(connection, options);
  }

  /** The server is about to stop: no request is waited for any more. */
  drain(): void {
    this.#wire.drain();
  }

  /**
   * Resolves when the last answer was sent, or the connection was handed over and that is finished.
   * Rejects when the connection is broken, or an answer could not be finished: then it is to be reset.
   */
  async run(): Promise<void> {
    try {
      this.#connection.setTimeouts({ receive: Infinity, send: this.#options.timeouts.send });
      for (;;) {
        const message = await this.#wire.head();
        if (message === null) return;
        this.#headOnly = message.method === "HEAD";
        if (!(await this.#exchange(message))) return;
        this.#headOnly = false;
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await this.#refuse(error);
    } finally {
      this.#wire.stop();
    }
  }

  /** Whether another request may follow. */
  async #exchange(message: Message): Promise<boolean> {
    const origin = this.#wire.originOf(message);
    const body = message.hasBody ? new RequestBody(this.#wire, message) : null;
    body?.check();
    this.#wire.begin(message);
    const exchange = new Exchange(
      {
        connection: this.#connection,
        handOver: () => this.#handOver(),
        watch: (onGone) => {
          this.#cleanUp = this.#wire.watch(onGone);
        },
      },
      message,
      body,
      origin,
    );
    try {
      return await this.#answer(exchange);
    } finally {
      exchange.end();
      this.#cleanUp?.();
      this.#cleanUp = undefined;
    }
  }

  async #answer(exchange: Exchange): Promise<boolean> {
    const { message, body } = exchange;
    // It inherits from the platform's Request, which no type can say: see inheritFromRequest().
    const request = new LazyRequest(exchange) as unknown as Request;
    const { answer, failed } = await this.#ask(request, exchange);
    if (answer === null) return false;
    const keepAlive = this.#mayGoOn(exchange);
    const context = { minor: message.minor, headOnly: this.#headOnly, keepAlive };
    let begun = false;
    let goesOn: boolean;
    try {
      goesOn = await writeAnswer(this.#connection, answer, context, () => {
        begun = true;
        // In the middle of an answer there is no telling any more.
        this.#wire.expectsContinue = false;
      });
    } catch (error) {
      // A body that was refused while it was read is answered so, when nothing was sent yet.
      if (!begun && body?.failure instanceof Refusal) throw body.failure;
      this.#report(error, request, exchange);
      if (begun || failed) throw error;
      goesOn = await writeAnswer(this.#connection, SERVER_ERROR, context, () => undefined);
    }
    if (!goesOn || body === null || body.consumed) return goesOn;
    return await this.#discard(body);
  }

  async #ask(
    request: Request,
    exchange: Exchange,
  ): Promise<{ answer: Answer | null; failed: boolean }> {
    try {
      const returned = this.#handler(request, exchange);
      const given = returned instanceof Response ? returned : await returned;
      if (exchange.upgraded) return { answer: null, failed: false };
      return { answer: readAnswer(given), failed: false };
    } catch (error) {
      const { body } = exchange;
      if (body?.failure instanceof Refusal) throw body.failure;
      this.#report(error, request, exchange);
      if (exchange.upgraded) throw error;
      return { answer: SERVER_ERROR, failed: true };
    }
  }

  #mayGoOn({ message, body }: Exchange): boolean {
    const { maxRequestsPerConnection, maxUnreadBodySize } = this.#options.limits;
    if (!message.keepAlive || ++this.#requests >= maxRequestsPerConnection) return false;
    if (this.#wire.isLast) return false;
    if (body === null || body.consumed) return true;
    // A client that was not told to go on may send the body or not: nobody knows what comes next.
    if (this.#wire.expectsContinue && !body.received) return false;
    return body.failure === undefined && body.left <= maxUnreadBodySize;
  }

  async #discard(body: RequestBody): Promise<boolean> {
    try {
      return await body.discard(this.#options.limits.maxUnreadBodySize);
    } catch (error) {
      // It is answered already.
      if (error instanceof Refusal) return false;
      throw error;
    }
  }

  #handOver(): Connection {
    this.#wire.stop();
    return new HandedOver(this.#connection, this.#wire.input);
  }

  #report(error: unknown, request: Request, exchange: Exchange): void {
    // That the peer is gone is no failure of the handler.
    if (exchange.gone || this.#connection.signal.aborted) return;
    try {
      this.#options.onRequestError?.(error, request);
    } catch {
      // It is the last one to be told: there is nobody else.
    }
  }

  async #refuse({ status, message }: Refusal): Promise<void> {
    const phrase = REASON_PHRASES[status];
    const answer = readAnswer({
      status,
      statusText: phrase,
      body: `${status} ${phrase}: ${message}\n`,
    });
    const context = { minor: 1, headOnly: this.#headOnly, keepAlive: false };
    await writeAnswer(this.#connection, answer, context, () => undefined);
  }
}

const SERVER_ERROR: Answer = {
  status: 500,
  reason: "Internal Server Error",
  lines: "Content-Type: text/plain;charset=UTF-8\r\n",
  length: undefined,
  close: false,
  dated: false,
  body: new TextEncoder().encode("500 Internal Server Error\n"),
};
