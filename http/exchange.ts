/**
 * One request and what a handler may know and do about it.
 *
 * @module
 */

import type { Addr } from "../core/addr.ts";
import type { Connection } from "../core/connection.ts";
import type { Message } from "./message.ts";
import type { RequestBody } from "./request_body.ts";
import { urlOf } from "./request_target.ts";

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
  /** Calls `onGone` when the peer is gone, or says that it is, while the exchange lasts. */
  watch(onGone: (reason: unknown) => void): void;
}

/** What is known of a request. */
export class Exchange implements HttpInfo {
  readonly message: Message;
  readonly body: RequestBody | null;
  /** Whether the body was taken by somebody. */
  bodyTaken = false;
  /** Whether the connection was handed over. */
  upgraded = false;
  readonly #host: ExchangeHost;
  readonly #origin: string;
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
      if (!this.#over) this.#host.watch((reason) => controller.abort(reason));
    }
    return this.#controller.signal;
  }

  /** Whether the peer is known to be gone. */
  get gone(): boolean {
    return this.#controller?.signal.aborted ?? false;
  }

  /** The exchange is over: from now on nobody watches the peer for it. */
  end(): void {
    this.#over = true;
  }
}

function headersOf(fields: Iterable<readonly [string, string]>): Headers {
  const headers = new Headers();
  for (const [name, value] of fields) headers.append(name, value);
  return headers;
}
