/**
 * Reads answers that are plain data.
 *
 * @module
 */

import { show } from "../core/show.ts";
import type { Answer, Reply } from "./answer.ts";
import { bodyOf } from "./body_parts.ts";
import { FieldLines, requireText } from "./field_lines.ts";
import { reasonOf } from "./reasons.ts";

/** The type of text. */
export const TEXT = "text/plain;charset=UTF-8";

/** The answer in `reply`, checked. Throws a TypeError or RangeError when it cannot be sent. */
export function readReply({ status = 200, statusText = "", headers, body }: Reply): Answer {
  requireStatus(status);
  const fields = new FieldLines();
  if (headers !== undefined) {
    if (Symbol.iterator in headers) {
      for (const [name, value] of headers) fields.add(name, value);
    } else for (const name of Object.keys(headers)) fields.add(name, headers[name] as string);
  }
  if (typeof body === "string" && !fields.typed) fields.add("Content-Type", TEXT);
  return answerOf(status, statusText, fields, bodyOf(body));
}

/** An answer of these parts. Throws a TypeError when the reason cannot be sent. */
export function answerOf(
  status: number,
  statusText: string,
  fields: FieldLines,
  body: Answer["body"],
): Answer {
  if (statusText !== "") requireText("the statusText", statusText);
  const { lines, length, close, dated } = fields;
  return { status, reason: statusText || reasonOf(status), lines, length, close, dated, body };
}

/** Throws a RangeError unless an answer may have this status. */
export function requireStatus(status: unknown): void {
  if (Number.isInteger(status) && (status as number) >= 200 && (status as number) <= 599) return;
  throw new RangeError(`Cannot answer: the status must be 200 to 599, got ${show(status)}`);
}
