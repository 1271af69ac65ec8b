/**
 * Sends an answer: RFC 9112, sections 4, 6 and 9.
 *
 * @module
 */

import type { Writer } from "../core/connection.ts";
import type { Answer, BodyParts } from "./answer.ts";
import { latin1Bytes } from "./characters.ts";
import { dateLine } from "./date_field.ts";
import { PeekedParts } from "./peeked_parts.ts";

/** What the request says about its answer. */
export interface AnswerContext {
  /** The minor version of HTTP/1 that the client speaks. */
  readonly minor: number;
  /** Whether only the head is asked for. */
  readonly headOnly: boolean;
  /** Whether the connection may go on. */
  readonly keepAlive: boolean;
}

/** A body that is as large as this is not copied to be sent with what stands around it. */
const LARGE_BYTES = 16 * 1024;
const LAST_CHUNK = latin1Bytes("0\r\n\r\n");
const LINE_END = latin1Bytes("\r\n");

/**
 * Sends `answer`; resolves with whether another may follow. Rejects when its body fails, or the
 * connection does; when `begun` was called then, it is to be cut.
 */
export async function writeAnswer(
  writer: Writer,
  answer: Answer,
  context: AnswerContext,
  begun: () => void,
): Promise<boolean> {
  const { body, status } = answer;
  if (body === null || body instanceof Uint8Array) {
    return await writeWhole(writer, answer, body, context, begun);
  }
  if (status === 204 || status === 205 || status === 304) {
    body.cancel();
    return await writeWhole(writer, answer, null, context, begun);
  }
  return await writeParts(writer, answer, body, context, begun);
}

async function writeWhole(
  writer: Writer,
  answer: Answer,
  body: Uint8Array | null,
  context: AnswerContext,
  begun: () => void,
): Promise<boolean> {
  const { status, length } = answer;
  const headOnly = context.headOnly || status === 204 || status === 304;
  const size = status === 205 ? 0 : body?.length ?? 0;
  if (length !== undefined && length !== size && !headOnly) {
    throw new TypeError(
      `Cannot answer: the Content-Length is ${length}, the body has ${size} bytes`,
    );
  }
  const keepAlive = context.keepAlive && !answer.close;
  // A body that is left out may have a length; 204 has none.
  const told = status === 204 ? undefined : headOnly && body === null ? length : size;
  const head = headOf(
    answer,
    told === undefined ? "" : `Content-Length: ${told}\r\n`,
    context,
    keepAlive,
  );
  begun();
  if (headOnly || body === null || size === 0) await writer.write(latin1Bytes(head));
  else if (size < LARGE_BYTES) await writer.write(latin1Bytes(head, body));
  else {
    void writer.write(latin1Bytes(head)).catch(ignore);
    await writer.write(body);
  }
  return keepAlive;
}

async function writeParts(
  writer: Writer,
  answer: Answer,
  body: BodyParts,
  context: AnswerContext,
  begun: () => void,
): Promise<boolean> {
  try {
    const parts = new PeekedParts(body);
    const whole = await parts.whole();
    if (whole !== null) return await writeWhole(writer, answer, whole, context, begun);
    if (context.headOnly) {
      body.cancel();
      return await writeWhole(writer, answer, null, context, begun);
    }
    begun();
    return await writeStream(writer, answer, parts, context);
  } catch (error) {
    body.cancel(error);
    throw error;
  }
}

async function writeStream(
  writer: Writer,
  answer: Answer,
  parts: BodyParts,
  context: AnswerContext,
): Promise<boolean> {
  const { length } = answer;
  const chunked = length === undefined && context.minor > 0;
  const keepAlive = context.keepAlive && !answer.close && (chunked || length !== undefined);
  const framing = chunked
    ? "Transfer-Encoding: chunked\r\n"
    : length === undefined
    ? ""
    : `Content-Length: ${length}\r\n`;
  let head = headOf(answer, framing, context, keepAlive);
  let left = length ?? Infinity;
  for (let part = await parts.next(); part !== null; part = await parts.next()) {
    left -= part.length;
    if (left < 0) {
      throw new TypeError(`Cannot answer: the body is over its Content-Length of ${length}`);
    }
    await writePart(writer, head, part, chunked);
    head = "";
  }
  if (left > 0 && left < Infinity) {
    throw new TypeError(
      `Cannot answer: the body lacks ${left} bytes of its Content-Length of ${length}`,
    );
  }
  if (chunked) await writer.write(LAST_CHUNK);
  return keepAlive;
}

async function writePart(
  writer: Writer,
  head: string,
  part: Uint8Array,
  chunked: boolean,
): Promise<void> {
  const before = chunked ? `${head}${part.length.toString(16)}\r\n` : head;
  if (part.length < LARGE_BYTES) {
    return await writer.write(latin1Bytes(before, part, chunked ? "\r\n" : ""));
  }
  if (before !== "") void writer.write(latin1Bytes(before)).catch(ignore);
  if (!chunked) return await writer.write(part);
  void writer.write(part).catch(ignore);
  await writer.write(LINE_END);
}

function headOf(
  { status, reason, lines, dated }: Answer,
  framing: string,
  { minor }: AnswerContext,
  keepAlive: boolean,
): string {
  const connection = keepAlive
    ? minor > 0 ? "" : "Connection: keep-alive\r\n"
    : "Connection: close\r\n";
  return `HTTP/1.1 ${status} ${reason}\r\n${lines}${
    dated ? "" : dateLine()
  }${framing}${connection}\r\n`;
}

function ignore(): void {
  // The last write of the same part fails with the same error, and is awaited.
}
