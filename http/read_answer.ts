/**
 * Reads what a handler has answered with.
 *
 * @module
 */

import { show } from "../core/show.ts";
import { type Answer, FieldLines, type Reply, requireText } from "./answer.ts";
import { bodyOf, streamParts } from "./body_parts.ts";
import { reasonOf } from "./reasons.ts";

/** The answer in `given`, checked. Throws a TypeError or RangeError when it cannot be sent. */
export function readAnswer(given: unknown): Answer {
  if (given instanceof Response) return readResponse(given);
  if (typeof given === "object" && given !== null) return readReply(given);
  throw new TypeError(`Cannot answer: the handler has returned ${show(given)}`);
}

function readResponse(response: Response): Answer {
  const { status, statusText, headers, body } = response;
  // Response.error() has the status 0.
  requireStatus(status);
  const fields = new FieldLines();
  headers.forEach((value, name) => fields.add(name, value));
  if (response.bodyUsed || body?.locked) {
    throw new TypeError("Cannot answer: the body of the Response was read already");
  }
  return answerOf(status, statusText, fields, body === null ? null : streamParts(body));
}

function readReply({ status = 200, statusText = "", headers, body }: Reply): Answer {
  requireStatus(status);
  const fields = new FieldLines();
  if (headers !== undefined) {
    const pairs = Symbol.iterator in headers ? headers : Object.entries(headers);
    for (const [name, value] of pairs) fields.add(name, value);
  }
  if (typeof body === "string" && !/^content-type:/im.test(fields.lines)) {
    fields.add("Content-Type", "text/plain;charset=UTF-8");
  }
  return answerOf(status, statusText, fields, bodyOf(body));
}

function answerOf(
  status: number,
  statusText: string,
  fields: FieldLines,
  body: Answer["body"],
): Answer {
  if (statusText !== "") requireText("the statusText", statusText);
  const { lines, length, close, dated } = fields;
  return { status, reason: statusText || reasonOf(status), lines, length, close, dated, body };
}

function requireStatus(status: unknown): void {
  if (Number.isInteger(status) && (status as number) >= 200 && (status as number) <= 599) return;
  throw new RangeError(`Cannot answer: the status must be 200 to 599, got ${show(status)}`);
}
