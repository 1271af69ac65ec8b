/**
 * The answer as a `Response`.
 *
 * @module
 */

import type { FileBodySource, FileReply } from "./file_reply.ts";

/** The `Response` that says what `reply` says. */
export function responseOf({ status, headers, body }: FileReply): Response {
  const fields = new Headers();
  for (const [name, value] of headers) fields.append(name, value);
  const stream = body === null || body instanceof Uint8Array ? body : streamOf(body);
  return new Response(stream, { status, headers: fields });
}

/** Reads when it is asked, and lets the file go when it is cancelled. */
function streamOf(body: FileBodySource): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = body[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await iterator.return();
    },
  }, { highWaterMark: 0 });
}
