/**
 * Reads what a handler has answered with.
 *
 * @module
 */

import { show } from "../core/show.ts";
import type { Answer } from "./answer.ts";
import { takeText, textHasType } from "./adopted_responses.ts";
import { streamParts } from "./body_parts.ts";
import { FieldLines } from "./field_lines.ts";
import { PreparedReply } from "./prepared_reply.ts";
import { answerOf, readReply, requireStatus, TEXT } from "./read_reply.ts";

/** The answer in `given`, checked. Throws a TypeError or RangeError when it cannot be sent. */
export function readAnswer(given: unknown): Answer {
  if (typeof given === "object" && given !== null) {
    // First: some runtimes load `Response` when it is named, and whoever never does has none.
    if (Object.getPrototypeOf(given) === Object.prototype) return readReply(given);
    if (given instanceof Response) return readResponse(given);
    return PreparedReply.answerOf(given) ?? readReply(given);
  }
  throw new TypeError(`Cannot answer: the handler has returned ${show(given)}`);
}

function readResponse(response: Response): Answer {
  const { status, statusText, headers } = response;
  // Response.error() has the status 0.
  requireStatus(status);
  const fields = new FieldLines();
  headers.forEach((value, name) => fields.add(name, value));
  const text = takeText(response);
  if (text === null || response.bodyUsed) throw readAlready();
  if (text !== undefined) {
    if (!textHasType() && !fields.typed) fields.add("Content-Type", TEXT);
    return answerOf(status, statusText, fields, text);
  }
  const { body } = response;
  if (body?.locked) throw readAlready();
  return answerOf(status, statusText, fields, body === null ? null : streamParts(body));
}

function readAlready(): TypeError {
  return new TypeError("Cannot answer: the body of the Response was read already");
}
