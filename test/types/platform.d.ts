/**
 * The whole platform that core/ and http/ stand on besides ECMAScript, for core/tsconfig.json.
 * It is a subset of what Node, Deno and Bun share, in the shapes of the WHATWG standards: what is
 * not here, the core may not name. Nothing imports this file, and no package contains it.
 */

declare function setTimeout(callback: () => void, ms?: number): { readonly timer: unique symbol };
declare function clearTimeout(timer: ReturnType<typeof setTimeout> | undefined): void;
declare function queueMicrotask(callback: () => void): void;

declare const performance: { now(): number };

interface AbortEventOptions {
  once?: boolean;
  signal?: AbortSignal;
}

declare class AbortSignal {
  private constructor();
  static abort(reason?: unknown): AbortSignal;
  readonly aborted: boolean;
  // deno-lint-ignore no-explicit-any -- as in every runtime's own types
  readonly reason: any;
  throwIfAborted(): void;
  addEventListener(type: "abort", listener: () => void, options?: AbortEventOptions): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, into: Uint8Array): { read: number; written: number };
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string;
}

interface ReadableStreamBYOBRequest {
  respond(bytesWritten: number): void;
}

interface ReadableByteStreamController {
  readonly byobRequest: ReadableStreamBYOBRequest | null;
  enqueue(chunk: ArrayBufferView<ArrayBuffer>): void;
  close(): void;
}

interface ReadableStreamDefaultReader<R> {
  readonly closed: Promise<unknown>;
  read(): Promise<{ done: boolean; value?: R | undefined }>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}

// deno-lint-ignore no-explicit-any -- as in every runtime's own types
declare class ReadableStream<R = any> {
  constructor(
    source: {
      type: "bytes";
      pull?: (controller: ReadableByteStreamController) => void | PromiseLike<void>;
      cancel?: (reason?: unknown) => void | PromiseLike<void>;
    },
    strategy?: { highWaterMark?: number },
  );
  readonly locked: boolean;
  getReader(): ReadableStreamDefaultReader<R>;
  cancel(reason?: unknown): Promise<void>;
}

interface WritableStreamDefaultController {
  readonly signal: AbortSignal;
  error(reason?: unknown): void;
}

interface WritableStreamDefaultWriter<W> {
  readonly closed: Promise<void>;
  readonly ready: Promise<void>;
  write(chunk: W): Promise<void>;
  close(): Promise<void>;
  abort(reason?: unknown): Promise<void>;
  releaseLock(): void;
}

// deno-lint-ignore no-explicit-any -- as in every runtime's own types
declare class WritableStream<W = any> {
  constructor(
    sink?: {
      start?: (controller: WritableStreamDefaultController) => unknown;
      write?: (
        chunk: W,
        controller: WritableStreamDefaultController,
      ) => void | PromiseLike<void>;
      close?: () => void | PromiseLike<void>;
      abort?: (reason?: unknown) => void | PromiseLike<void>;
    },
    strategy?: { highWaterMark?: number },
  );
  readonly locked: boolean;
  getWriter(): WritableStreamDefaultWriter<W>;
}

declare class Blob {
  constructor(parts?: readonly Uint8Array[], options?: { readonly type?: string });
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
}

declare class URL {
  constructor(url: string);
  readonly href: string;
}

declare class Headers {
  constructor(init?: Headers | [string, string][]);
  append(name: string, value: string): void;
  delete(name: string): void;
  get(name: string): string | null;
  set(name: string, value: string): void;
  forEach(callback: (value: string, name: string) => void): void;
  [Symbol.iterator](): IterableIterator<[string, string]>;
}

interface RequestParts {
  method?: string;
  headers?: Headers;
  signal?: AbortSignal;
  body?: ReadableStream<Uint8Array>;
  duplex?: "half";
}

declare class Request {
  constructor(url: string, init?: RequestParts);
  readonly method: string;
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null;
  readonly bodyUsed: boolean;
  arrayBuffer(): Promise<ArrayBuffer>;
  text(): Promise<string>;
  clone(): Request;
}

declare class Response {
  private constructor();
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null;
  readonly bodyUsed: boolean;
}
