/**
 * One request and what a handler may know and do about it.
 *
 * @module
 */

import type { Addr } from "../core/addr.ts";
import type { Connection } from "../core/connection.ts";
import type { AnswerContext } from "./answer_writer.ts";
import type { Message } from "./message.ts";
import type { RequestBody } from "./request_body.ts";
import { headersOf } from "./request_headers.ts";
import { urlOf } from "./request_target.ts";

/** An answer that is no larger is with the client as soon as it is sent. */
const MOST_AT_ONCE_BYTES = 16 * 1024;

/** What a handler is given beside the request. */
export interface HttpInfo {
  /** The address of the client, captured when the connection was accepted. */
  readonly remoteAddr: Addr;
  /** The own address. */
  readonly localAddr: Addr;
  /** The target as it was sent: a path and query, `*`, a whole URL, or a host and port (CONNECT). */
  readonly target: string;
  /** What the client speaks. */
  readonly httpVersion: "1.0" | "1.1";
  /**
   * What a field of the request says, without making a `Headers`: the lines of this name, in any case,
   * joined with `", "`, or `"; "` for `Cookie`; `null` when there is none.
   */
  header(name: string): string | null;
  /** The fields that have come after the body, when that was read to its end; else there are none. */
  readonly trailers: Headers;
  /**
   * Takes the connection over, as it is: nothing of HTTP is sent on it any more, the answer of the
   * handler included, so a `101 Switching Protocols` is the caller's to write. What has come after the
   * request is read first. It is closed when the handler's promise settles.
   *
   * Throws a TypeError when the request has a body that was not read to its end, or when it was
   * called before.
   */
  upgrade(): Connection;
}

/** What an exchange needs of its connection. */
export interface ExchangeHost {
  /** The connection. */
  readonly connection: Connection;
  /** Hands the connection over. */
  handOver(): Connection;
  /** Calls `onGone` when the peer is gone, or says that it is; until the function that is returned is called. */
  watch(onGone: (reason: unknown) => void): () => void;
}

/** What is known of a request, and of its answer. */
export class Exchange implements HttpInfo, AnswerContext {
  readonly message: Message;
  readonly body: RequestBody | null;
  /** What the handler is given. */
  request: Request | undefined;
  /** Whether the connection may go on after the answer. */
  keepAlive = false;
  /** The status of the answer. */
  status = 0;
  /** How much of the body of the answer was sent, in bytes. */
  bytes = 0;
  /** When the head was complete, if anybody wants to know, in milliseconds of the server's clock. */
  began = 0;
  /** Whether the body was taken by somebody. */
  bodyTaken = false;
  /** Whether the connection was handed over. */
  upgraded = false;
  readonly #host: ExchangeHost;
  readonly #origin: string;
  #cleanUp: (() => void) | undefined;
  #controller: AbortController | undefined;
  #url: string | undefined;
  #headers: Headers | undefined;
  #over = false;

  constructor(host: ExchangeHost, message: Message, body: RequestBody | null, origin: string) {
    this.#host = host;
    this.message = message;
    this.body = body;
    this.#origin = origin;
  }

  get remoteAddr(): Addr {
    return this.#host.connection.remoteAddr;
  }

  get localAddr(): Addr {
    return this.#host.connection.localAddr;
  }

  get target(): string {
    return this.message.target;
  }

  get httpVersion(): "1.0" | "1.1" {
    return this.message.minor === 0 ? "1.0" : "1.1";
  }

  header(name: string): string | null {
    return this.message.field(name.toLowerCase());
  }

  get trailers(): Headers {
    return headersOf(this.body?.consumed ? this.body.trailers : []);
  }

  upgrade(): Connection {
    if (this.upgraded) throw new TypeError("Cannot upgrade: the connection was taken before");
    if (this.body !== null && !this.body.consumed) {
      throw new TypeError("Cannot upgrade: the body of the request was not read to its end");
    }
    const connection = this.#host.handOver();
    this.upgraded = true;
    return connection;
  }

  /** The URL of the request. */
  get url(): string {
    return this.#url ??= urlOf(this.#origin, this.message.parts.path);
  }

  /** The fields of the request. */
  get headers(): Headers {
    return this.#headers ??= headersOf(this.message.fields);
  }

  /** Aborts when the peer is gone before it has its answer. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = this.#controller = new AbortController();
      if (!this.#over) this.#cleanUp = this.#host.watch((reason) => controller.abort(reason));
    }
    return this.#controller.signal;
  }

  /** Whether the peer is known to be gone. */
  get gone(): boolean {
    return this.#controller?.signal.aborted ?? false;
  }

  /** The exchange is over: from now on nobody watches the peer for it, or reads its body. */
  end(): void {
    this.#over = true;
    this.body?.end();
    this.#cleanUp?.();
  }

  /** The method of the request. */
  get method(): string {
    return this.message.method;
  }

  /** The minor version of HTTP/1 that the client speaks. */
  get minor(): number {
    return this.message.minor;
  }

  /**
   * Whether the client sends nothing more, and can be believed: who has said that the connection is to be
   * closed must not, RFC 9112, section 9.6, and this request has come whole. Who sends all the same is
   * reset, and may lose what it has not taken of a large answer.
   */
  get isLast(): boolean {
    if (this.message.keepAlive || this.upgraded || this.bytes > MOST_AT_ONCE_BYTES) return false;
    return this.body === null || this.body.consumed;
  }

  /** Counts what was sent of the body of the answer. */
  sent(size: number): void {
    this.bytes += size;
  }
}
