/**
 * The body of an answer, piece by piece, whatever the handler has given.
 *
 * @module
 */

import { show } from "../core/show.ts";
import type { BodyParts, ReplyBody } from "./answer.ts";
import { directParts } from "./body_stream.ts";

/** The body as text or bytes that are there already, or piece by piece. Throws a TypeError for what is no body. */
export function bodyOf(body: ReplyBody | undefined): string | Uint8Array | BodyParts | null {
  if (body === undefined || body === null) return null;
  if (typeof body === "string" || body instanceof Uint8Array) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (body instanceof ReadableStream) return streamParts(body);
  if (body instanceof Blob) return streamParts(body.stream());
  if (typeof body[Symbol.asyncIterator] === "function") return iteratedParts(body);
  throw new TypeError(`Cannot answer: the body is ${show(body)}`);
}

/** The parts of a stream. Locks it. */
export function streamParts(stream: ReadableStream<Uint8Array>): BodyParts {
  const direct = directParts(stream);
  if (direct !== undefined) return direct;
  const reader = stream.getReader();
  return {
    async next() {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return null;
        const part = bytesOf(value);
        if (part.length > 0) return part;
      }
    },
    cancel(reason) {
      // The stream reports its own failures; nobody else waits for it.
      reader.cancel(reason).then(undefined, () => undefined);
    },
  };
}

/**
 * The parts of a form that a platform has made. They are all taken, also when nobody wants them any more:
 * Node goes on filling a form that was cancelled, and fails with an error that is nobody's.
 */
export function formParts(stream: ReadableStream<Uint8Array>): BodyParts {
  const parts = streamParts(stream);
  const next = () => parts.next();
  return { next, cancel: () => void drop(next) };
}

async function drop(next: BodyParts["next"]): Promise<void> {
  try {
    while (await next() !== null) { /* It is kept nowhere. */ }
  } catch {
    // Nobody waits for it.
  }
}

function iteratedParts(source: AsyncIterable<Uint8Array | string>): BodyParts {
  const iterator = source[Symbol.asyncIterator]();
  return {
    async next() {
      for (;;) {
        const { done, value } = await iterator.next();
        if (done) return null;
        const part = bytesOf(value);
        if (part.length > 0) return part;
      }
    },
    cancel() {
      // What it throws at its end, in whichever way, is nobody's any more.
      new Promise((resolve) => resolve(iterator.return?.())).then(undefined, () => undefined);
    },
  };
}

function bytesOf(part: unknown): Uint8Array {
  if (part instanceof Uint8Array) return part;
  if (typeof part === "string") return new TextEncoder().encode(part);
  if (part instanceof ArrayBuffer) return new Uint8Array(part);
  throw new TypeError(`Cannot answer: a part of the body is ${show(part)}`);
}
