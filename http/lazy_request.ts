/**
 * A request that is made when somebody looks at it.
 *
 * @module
 */

import { bodyStream, readerOf } from "./body_stream.ts";
import type { Exchange } from "./exchange.ts";
import { mayBeLeft } from "./may_be_left.ts";
import { readAll, type RequestBody } from "./request_body.ts";
import { requireMethod } from "./request_method.ts";

/** Stands in for a `Request`, and becomes one when more is asked than the head says. */
export class LazyRequest {
  readonly #exchange: Exchange;
  /** Somebody has asked for the whole body. */
  #whole = false;
  #stream: ReadableStream<Uint8Array> | undefined;
  #real: Request | undefined;
  #shell: Request | undefined;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** The `Request` that `value` stands for, when it is a lazy one; else the value. */
  static unwrap(this: void, value: unknown): unknown {
    return typeof value === "object" && value !== null && #exchange in value
      ? value.#become()
      : value;
  }

  /** What tells the properties that every request here has the same, such as `mode`. */
  static shellOf(this: void, value: unknown): unknown {
    return typeof value === "object" && value !== null && #exchange in value
      ? value.#shell ??= new Request(value.#exchange.url)
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
    if (this.#real !== undefined) return this.#real.body;
    const { body } = this.#exchange;
    return body !== null && hasBody(this.#exchange) ? this.#open(body) : null;
  }

  get bodyUsed(): boolean {
    return this.#real === undefined ? this.#exchange.bodyTaken : this.#real.bodyUsed;
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return mayBeLeft(async () => (await this.#read()).buffer);
  }

  blob(): Promise<Blob> {
    // Not every runtime's knows the type when the body is a stream.
    const type = this.#exchange.headers.get("Content-Type") ?? "";
    return mayBeLeft(async () => new Blob([await this.#read()], { type }));
  }

  bytes(): Promise<Uint8Array> {
    return mayBeLeft(() => this.#read());
  }

  text(): Promise<string> {
    return mayBeLeft(async () => new TextDecoder().decode(await this.#read()));
  }

  json(): Promise<unknown> {
    return mayBeLeft(async () => JSON.parse(await this.text()));
  }

  clone(): Request {
    return this.#become().clone();
  }

  async #read(): Promise<Uint8Array<ArrayBuffer>> {
    const [exchange, stream] = [this.#exchange, this.#stream];
    if (this.#real !== undefined) return new Uint8Array(await this.#real.arrayBuffer());
    if (exchange.bodyTaken) throw readAlready();
    if (stream !== undefined) return await readAll(readerOf(stream));
    if (!hasBody(exchange) || exchange.body === null) return new Uint8Array(0);
    exchange.bodyTaken = this.#whole = true;
    return await readAll(exchange.body);
  }

  /** The body as a stream: of the own making, since some methods have none in a `Request`. */
  #open(body: RequestBody): ReadableStream<Uint8Array> {
    const exchange = this.#exchange;
    return this.#stream ??= bodyStream({
      body,
      get taken() {
        return exchange.bodyTaken;
      },
      take: () => {
        if (this.#whole) throw readAlready();
        exchange.bodyTaken = true;
      },
    });
  }

  /** Throws a TypeError for a method that no `Request` may have, and when the body was read already. */
  #become(): Request {
    if (this.#real !== undefined) return this.#real;
    const { url, headers, signal, body, message: { method } } = this.#exchange;
    requireMethod(method);
    // Whatever the case of its method: a Request has GET and HEAD in upper case alone.
    if (body === null || /^(?:get|head)$/i.test(method)) {
      return this.#real = new Request(url, { method, headers, signal });
    }
    if (this.#exchange.bodyTaken) throw readAlready();
    // Not every runtime knows `duplex`, which the others require.
    const init = { method, headers, signal, body: this.#open(body), duplex: "half" } as const;
    this.#real = new Request(url, init);
    this.#exchange.bodyTaken = true;
    return this.#real;
  }
}

/** The body of a request of GET or HEAD is not shown, as a `Request` cannot have one. */
function hasBody({ body, message: { method } }: Exchange): boolean {
  return body !== null && method !== "GET" && method !== "HEAD";
}

function readAlready(): TypeError {
  return new TypeError("Cannot read the body: it was read already");
}

let inherited = false;

/**
 * Makes lazy requests instances of `Request` when somebody looks for what only those have: some runtimes
 * load it when it is named, which takes as long as to start.
 */
export function inheritLater(): void {
  if (inherited) return;
  const likeness: ProxyHandler<object> = {
    getPrototypeOf: () => Object.getPrototypeOf(inheritFromRequest()) as object,
    has: (_, key) => Reflect.has(inheritFromRequest(), key),
    get: (_, key, request): unknown => Reflect.get(inheritFromRequest(), key, request),
    set: (_, key, value, request) => Reflect.set(inheritFromRequest(), key, value, request),
  };
  Object.setPrototypeOf(LazyRequest.prototype, new Proxy({}, likeness));
}

/** Makes lazy requests instances of `Request`: what else those have is asked of a real one. Done once. Gives their prototype. */
export function inheritFromRequest(): object {
  const own = LazyRequest.prototype;
  if (inherited) return own;
  inherited = true;
  Object.setPrototypeOf(own, Request.prototype);
  Object.defineProperty(own, "constructor", { configurable: true, get: () => Request });
  for (const name of Object.getOwnPropertyNames(Request.prototype)) {
    if (Object.hasOwn(own, name)) continue;
    const { get, value }: PropertyDescriptor =
      Object.getOwnPropertyDescriptor(Request.prototype, name) ?? {};
    if (get !== undefined) {
      Object.defineProperty(own, name, {
        configurable: true,
        get(this: unknown): unknown {
          return get.call(LazyRequest.shellOf(this));
        },
      });
    } else if (typeof value === "function") {
      Object.defineProperty(own, name, {
        configurable: true,
        writable: true,
        value(this: unknown, ...args: unknown[]): unknown {
          const given: unknown = Reflect.apply(value, LazyRequest.unwrap(this), args);
          return given instanceof Promise ? mayBeLeft(() => given) : given;
        },
      });
    }
  }
  return own;
}
