/** A client that speaks raw HTTP to a handler, over memory. */

import { connectionPair, type PairOptions } from "../../adapters/memory.ts";
import type { Connection } from "../../core/connection.ts";
import { httpConnection } from "../../http/http_connection.ts";
import type { HttpOptions } from "../../http/http_options.ts";
import type { HttpHandler } from "../../http/http_session.ts";
import { macrotask } from "../support/gates.ts";
import { bytes } from "./mock_connection.ts";

/** The head that most requests here have. */
export const HOST = "Host: ferris\r\n";

/** A whole request without a body. */
export function get(path = "/", fields = ""): string {
  return `GET ${path} HTTP/1.1\r\n${HOST}${fields}\r\n`;
}

/** A request with a body in chunks of what is given. */
export function post(body: string, fields = ""): string {
  return `POST / HTTP/1.1\r\n${HOST}Content-Length: ${body.length}\r\n${fields}\r\n${body}`;
}

/** A request whose body comes in these chunks, as they are. */
export function chunked(body: string, fields = ""): string {
  return `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n${fields}\r\n${body}`;
}

/** Answers with the body of the request. */
export const echo: HttpHandler = async (request) => ({ body: await request.text() });

/** One connection with a handler at its other end. */
export class Talk {
  readonly client: Connection;
  readonly server: Connection;
  /** Settles when the connection is released. */
  readonly served: Promise<void>;
  /** What has come, as Latin-1, without Date fields. */
  received = "";
  /** Whether the server has finished. */
  ended = false;
  /** What reading has failed with. */
  failure: unknown;
  readonly #reading: Promise<void>;

  constructor(handler: HttpHandler, options: HttpOptions = {}, pair: PairOptions = {}) {
    [this.client, this.server] = connectionPair(pair);
    this.served = httpConnection(this.server, handler, options);
    this.#reading = this.#read();
  }

  /** Sends, and lets all that follows from it happen. */
  async send(text: string): Promise<void> {
    // A server that has closed does not take it.
    await this.client.write(bytes(text)).catch(() => undefined);
    for (let turn = 0; turn < 4; turn++) await macrotask();
  }

  /** Sends no more; resolves with all that was received when the server has finished. */
  async end(): Promise<string> {
    await this.client.closeWrite().catch(() => undefined);
    return await this.closed();
  }

  /** Resolves with all that was received when the server has finished. */
  async closed(): Promise<string> {
    await this.#reading;
    await this.client.close();
    await this.served;
    return this.received;
  }

  async #read(): Promise<void> {
    try {
      for (let chunk = await this.client.read(); chunk; chunk = await this.client.read()) {
        this.received += String.fromCharCode(...chunk);
        this.received = this.received.replace(/Date: [^\r]+\r\n/g, "");
      }
    } catch (error) {
      this.failure = error;
    }
    this.ended = true;
  }
}

/** All that is answered to `input`, after which the client sends no more. */
export async function talk(
  input: string,
  handler: HttpHandler = () => ({ body: "ok" }),
  options: HttpOptions = {},
): Promise<string> {
  const session = new Talk(handler, options);
  await session.send(input);
  return await session.end();
}

/** The same, sent byte by byte; each is taken before the next is sent. */
export async function talkSlowly(
  input: string,
  handler: HttpHandler = () => ({ body: "ok" }),
  options: HttpOptions = {},
): Promise<string> {
  const session = new Talk(handler, options, { clogged: true });
  for (const byte of bytes(input)) {
    try {
      await session.client.write(Uint8Array.of(byte));
    } catch {
      break;
    }
  }
  return await session.end();
}

/** The status codes of the answers, those of 1xx included. */
export function statuses(output: string): number[] {
  return [...output.matchAll(/HTTP\/1\.1 ([0-9]{3}) /g)].map(([, code]) => Number(code));
}
