/**
 * Reads what a handler has answered with.
 *
 * @module
 */

import { show } from "../core/show.ts";
import type { Answer, BodyParts } from "./answer.ts";
import { remembersText, takeText, textHasType } from "./adopted_responses.ts";
import { formParts, streamParts } from "./body_parts.ts";
import { FieldLines } from "./field_lines.ts";
import { LightResponse } from "./light_response.ts";
import { PreparedReply } from "./prepared_reply.ts";
import { answerOf, readReply, requireStatus, TEXT } from "./read_reply.ts";

/** The type of a form that Node has made a body of. Whoever makes one by hand has another boundary, and may go on for ever. */
const UNDICI_FORM = "multipart/form-data; boundary=----formdata-undici-";

/** The answer in `given`, checked. Throws a TypeError or RangeError when it cannot be sent. */
export function readAnswer(given: unknown): Answer {
  if (typeof given === "object" && given !== null) {
    // `Response` last: some runtimes load it when it is named, and whoever never does has none.
    if (Object.getPrototypeOf(given) === Object.prototype) return readReply(given);
    if (remembersText(given)) return readResponse(given);
    const prepared = PreparedReply.answerOf(given);
    if (prepared !== undefined) return prepared;
    if (given instanceof Response) return readResponse(given);
    if (isReply(given)) return readReply(given);
  }
  throw new TypeError(`Cannot answer: the handler has returned ${show(given)}`);
}

/** Whether it says anything of an answer, unless it is plain: nobody means an `Error` or a `Map` as one. */
function isReply(given: object): boolean {
  return Object.getPrototypeOf(given) === null ||
    ["status", "statusText", "headers", "body"].some((name) => name in given);
}

function readResponse(response: Response): Answer {
  const { status, statusText } = response;
  // Response.error() has the status 0.
  requireStatus(status);
  const fields = fieldsOf(response);
  const text = takeText(response);
  if (text === null || response.bodyUsed) throw readAlready();
  if (text !== undefined) {
    if (!textHasType() && !fields.typed) fields.add("Content-Type", TEXT);
    return answerOf(status, statusText, fields, text);
  }
  const { body } = response;
  if (body?.locked) throw readAlready();
  return answerOf(status, statusText, fields, body && partsIn(response, body));
}

function fieldsOf(response: Response): FieldLines {
  const fields = new FieldLines();
  const light = LightResponse.fieldsOf(response);
  if (light === undefined) response.headers.forEach((value, name) => fields.add(name, value));
  else {
    for (let at = 0; at < light.length; at += 2) {
      // Of each there are both.
      fields.add(light[at] as string, light[at + 1] as string);
    }
  }
  return fields;
}

function partsIn({ headers }: Response, body: ReadableStream<Uint8Array>): BodyParts {
  const isForm = headers.get("Content-Type")?.startsWith(UNDICI_FORM) ?? false;
  return isForm ? formParts(body) : streamParts(body);
}

function readAlready(): TypeError {
  return new TypeError("Cannot answer: the body of the Response was read already");
}
