/**
 * The body of a request as a stream, and the way past it.
 *
 * @module
 */

import { readableOver } from "../core/web_streams.ts";
import type { BodyParts } from "./answer.ts";
import type { RequestBody } from "./request_body.ts";

/** What the stream of a body is made over. */
export interface BodyOwner {
  /** The body. */
  readonly body: Pick<RequestBody, "read">;
  /** Whether somebody has read of it, in whichever way. */
  readonly taken: boolean;
  /** Somebody reads of it. Throws when nobody may any more. */
  take(): void;
}

const owners = new WeakMap<ReadableStream, BodyOwner>();

/** The stream over a body, which is asked for nothing before somebody reads. */
export function bodyStream(owner: BodyOwner): ReadableStream<Uint8Array> {
  const stream = readableOver({
    read: async () => {
      owner.take();
      return await owner.body.read();
    },
    stopReading: () => owner.take(),
  });
  owners.set(stream, owner);
  return stream;
}

/**
 * The parts of the body that `stream` was made over, read past it: to take a part out of a stream can
 * cost more than to send it. The stream is locked from then on. `undefined` when it is another one, or
 * when somebody reads of it, or has.
 */
export function directParts(stream: ReadableStream<Uint8Array>): BodyParts | undefined {
  const owner = owners.get(stream);
  if (owner === undefined || owner.taken || stream.locked) return undefined;
  const reader = stream.getReader();
  owner.take();
  const cancel = (reason?: unknown): void => {
    reader.cancel(reason).then(undefined, () => undefined);
  };
  return {
    async next() {
      const part = await owner.body.read();
      // Whoever has kept the stream finds it used, and at its end.
      if (part === null) cancel();
      return part;
    },
    cancel,
  };
}

/** Reads a stream as a body is read. Locks it. */
export function readerOf(stream: ReadableStream<Uint8Array>): Pick<RequestBody, "read"> {
  const reader = stream.getReader();
  return {
    read: async () => {
      const { done, value } = await reader.read();
      return done || value === undefined ? null : value;
    },
  };
}
