/**
 * Sends an answer: RFC 9112, sections 4, 6 and 9.
 *
 * @module
 */

import { later } from "../core/breather.ts";
import { WRITTEN } from "../core/write_queue.ts";
import type { Answer, BodyParts, WholeBody } from "./answer.ts";
import { dateLine } from "./date_field.ts";
import type { Output } from "./output.ts";
import { PeekedParts } from "./peeked_parts.ts";

/** What the request says about its answer. */
export interface AnswerContext {
  /** The minor version of HTTP/1 that the client speaks. */
  readonly minor: number;
  /** The method of the request. */
  readonly method: string;
  /** Whether the connection may go on. */
  readonly keepAlive: boolean;
  /** Told of each part of the body that was sent, by its size. */
  sent(size: number): void;
}

/** After so many bytes everybody else has a turn, however fast they were taken: also what collects garbage. */
const BREATH_BYTES = 128 * 1024;

const encoder = new TextEncoder();

/**
 * Adds an answer whose body is there to what is about to be sent; whether another may follow. Throws a
 * TypeError, and adds nothing, when its Content-Length is wrong.
 */
export function addWhole(
  output: Output,
  answer: Answer,
  body: WholeBody,
  context: AnswerContext,
): boolean {
  const { status, length } = answer;
  const bytes = typeof body === "string" ? undefined : body ?? undefined;
  if (isPlain(context.method, status) && length === undefined) {
    const keepAlive = context.keepAlive && !answer.close;
    const ready = keepAlive && context.minor > 0 ? answer.ready?.bytes() : undefined;
    if (ready !== undefined) {
      output.addBytes(ready);
      context.sent(answer.ready?.bodySize ?? 0);
      return true;
    }
    if (typeof body !== "string") {
      output.add(headOf(answer, lengthLine(bytes?.length ?? 0), context, keepAlive), bytes);
      if (bytes !== undefined) context.sent(bytes.length);
      return keepAlive;
    }
    // Nearly all text is ASCII, and then it has as many bytes as characters.
    const head = headOf(answer, lengthLine(body.length), context, keepAlive);
    if (output.addAscii(head + body)) {
      context.sent(body.length);
      return keepAlive;
    }
  }
  return addFramed(output, answer, typeof body === "string" ? encoder.encode(body) : body, context);
}

/** The whole answer, to a client of HTTP/1.1 whose connection goes on, as text before its body. */
export function headBefore(answer: Answer, size: number): string {
  return headOf(answer, lengthLine(size), { minor: 1 }, true);
}

/** Whether nothing but the answer itself says what its body is. */
function isPlain(method: string, status: number): boolean {
  return method !== "HEAD" && method !== "CONNECT" && status !== 204 && status !== 205 &&
    status !== 304;
}

function addFramed(
  output: Output,
  answer: Answer,
  body: Uint8Array | null,
  context: AnswerContext,
): boolean {
  const { status, length } = answer;
  // RFC 9110, section 9.3.6: what follows is the tunnel's.
  const tunnel = isTunnel(status, context);
  const headOnly = tunnel || context.method === "HEAD" || status === 204 || status === 304;
  const size = status === 205 ? 0 : body?.length ?? 0;
  if (length !== undefined && length !== size && !headOnly) {
    throw new TypeError(
      `Cannot answer: the Content-Length is ${length}, the body has ${size} bytes`,
    );
  }
  const keepAlive = context.keepAlive && !answer.close && !tunnel;
  // A body that is left out may have a length; 204 has none.
  const told = status === 204 || tunnel ? undefined : headOnly && body === null ? length : size;
  const head = headOf(answer, told === undefined ? "" : lengthLine(told), context, keepAlive);
  const sent = headOnly || size === 0 ? undefined : body ?? undefined;
  output.add(head, sent);
  if (sent !== undefined) context.sent(sent.length);
  return keepAlive;
}

/**
 * Sends an answer whose body comes piece by piece, each when the one before was taken; resolves with
 * whether another may follow, and something of it may have to be flushed still. Rejects when its body
 * fails, or the connection does; when `begun` was called then, it is to be cut.
 */
export async function sendStreamed(
  output: Output,
  answer: Answer,
  body: BodyParts,
  context: AnswerContext,
  begun: () => void,
): Promise<boolean> {
  const { status } = answer;
  try {
    if (status === 204 || status === 205 || status === 304 || isTunnel(status, context)) {
      body.cancel();
      return addFramed(output, answer, null, context);
    }
    const parts = new PeekedParts(body);
    const whole = await parts.whole();
    if (whole !== null) return addFramed(output, answer, whole, context);
    if (context.method === "HEAD") {
      body.cancel();
      return addFramed(output, answer, null, context);
    }
    return await sendParts(output, answer, parts, context, begun);
  } catch (error) {
    body.cancel(error);
    throw error;
  }
}

async function sendParts(
  output: Output,
  answer: Answer,
  parts: BodyParts,
  context: AnswerContext,
  begun: () => void,
): Promise<boolean> {
  const { length } = answer;
  const chunked = length === undefined && context.minor > 0;
  const keepAlive = context.keepAlive && !answer.close && (chunked || length !== undefined);
  const framing = chunked
    ? "Transfer-Encoding: chunked\r\n"
    : length === undefined
    ? ""
    : lengthLine(length);
  let head = headOf(answer, framing, context, keepAlive);
  let left = length ?? Infinity;
  let unwaited = 0;
  for (let part = await parts.next(); part !== null; part = await parts.next()) {
    left -= part.length;
    if (left < 0) {
      throw new TypeError(`Cannot answer: the body is over its Content-Length of ${length}`);
    }
    if (head !== "") begun();
    if (chunked) output.add(`${head}${part.length.toString(16)}\r\n`, part, "\r\n");
    else output.add(head, part);
    head = "";
    const written = output.flush();
    if (written !== WRITTEN) await written;
    context.sent(part.length);
    unwaited += part.length;
    if (unwaited >= BREATH_BYTES) {
      unwaited = 0;
      await new Promise<void>((resolve) => void later(resolve));
    }
  }
  if (left > 0 && left < Infinity) {
    throw new TypeError(
      `Cannot answer: the body lacks ${left} bytes of its Content-Length of ${length}`,
    );
  }
  if (chunked) output.add("0\r\n\r\n");
  return keepAlive;
}

function isTunnel(status: number, { method }: AnswerContext): boolean {
  return method === "CONNECT" && status < 300;
}

function lengthLine(length: number): string {
  return `Content-Length: ${length}\r\n`;
}

function headOf(
  { status, reason, lines, dated }: Answer,
  framing: string,
  { minor }: Pick<AnswerContext, "minor">,
  keepAlive: boolean,
): string {
  const connection = keepAlive
    ? minor > 0 ? "" : "Connection: keep-alive\r\n"
    : "Connection: close\r\n";
  return `HTTP/1.1 ${status} ${reason}\r\n${lines}${
    dated ? "" : dateLine()
  }${framing}${connection}\r\n`;
}
