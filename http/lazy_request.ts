/**
 * A request that is made when somebody looks at it.
 *
 * @module
 */

import { readableOver } from "../core/web_streams.ts";
import type { Exchange } from "./exchange.ts";
import { readAll } from "./request_body.ts";

/** Stands in for a `Request`, and becomes one when more is asked than the head says. */
export class LazyRequest {
  readonly #exchange: Exchange;
  #real: Request | undefined;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** The `Request` that `value` stands for, when it is a lazy one; else the value. */
  static unwrap(this: void, value: unknown): unknown {
    return typeof value === "object" && value !== null && #exchange in value
      ? value.#become()
      : value;
  }

  get method(): string {
    return this.#exchange.message.method;
  }

  get url(): string {
    return this.#exchange.url;
  }

  get headers(): Headers {
    return this.#exchange.headers;
  }

  get signal(): AbortSignal {
    return this.#exchange.signal;
  }

  get body(): ReadableStream<Uint8Array> | null {
    return hasBody(this.#exchange) ? this.#become().body : null;
  }

  get bodyUsed(): boolean {
    return this.#real === undefined ? this.#exchange.bodyTaken : this.#real.bodyUsed;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#real === undefined ? (await this.#read()).buffer : await this.#real.arrayBuffer();
  }

  async bytes(): Promise<Uint8Array> {
    return this.#real === undefined
      ? await this.#read()
      : new Uint8Array(await this.#real.arrayBuffer());
  }

  async text(): Promise<string> {
    return this.#real === undefined
      ? new TextDecoder().decode(await this.#read())
      : await this.#real.text();
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  clone(): Request {
    return this.#become().clone();
  }

  async #read(): Promise<Uint8Array<ArrayBuffer>> {
    const exchange = this.#exchange;
    if (exchange.bodyTaken) throw new TypeError("Cannot read the body: it was read already");
    if (!hasBody(exchange) || exchange.body === null) return new Uint8Array(0);
    exchange.bodyTaken = true;
    return await readAll(exchange.body);
  }

  #become(): Request {
    return this.#real ??= realRequest(this.#exchange);
  }
}

/** A `Request` has no body when its method is GET or HEAD. */
function hasBody({ body, message: { method } }: Exchange): boolean {
  return body !== null && method !== "GET" && method !== "HEAD";
}

/** The request as the platform makes it. */
export function realRequest(exchange: Exchange): Request {
  const { url, headers, signal, body, message: { method } } = exchange;
  if (body === null || !hasBody(exchange)) return new Request(url, { method, headers, signal });
  exchange.bodyTaken = true;
  const stream = readableOver({ read: () => body.read(), stopReading: () => undefined });
  // Not every runtime knows `duplex`, which the others require.
  const init = { method, headers, signal, body: stream, duplex: "half" } as const;
  return new Request(url, init);
}

/**
 * Makes lazy requests instances of `Request`: whatever else those have is asked of a real one. Not at
 * import, since a runtime may load its `Request` when it is first named.
 */
export function inheritFromRequest(): void {
  const own = LazyRequest.prototype;
  Object.setPrototypeOf(own, Request.prototype);
  for (const name of Object.getOwnPropertyNames(Request.prototype)) {
    if (Object.hasOwn(own, name)) continue;
    const { get, value }: PropertyDescriptor =
      Object.getOwnPropertyDescriptor(Request.prototype, name) ?? {};
    if (get !== undefined) {
      Object.defineProperty(own, name, {
        configurable: true,
        get(this: unknown): unknown {
          return get.call(LazyRequest.unwrap(this));
        },
      });
    } else if (typeof value === "function") {
      Object.defineProperty(own, name, {
        configurable: true,
        writable: true,
        value(this: unknown, ...args: unknown[]): unknown {
          return Reflect.apply(value, LazyRequest.unwrap(this), args);
        },
      });
    }
  }
}
