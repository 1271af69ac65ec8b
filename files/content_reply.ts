/**
 * The answer with a file: whole, in part, or not at all.
 *
 * @module
 */

import type { AskedFields } from "./asked.ts";
import { type ByteRange, contentRange, parseRange } from "./byte_range.ts";
import { evaluate, isRangeCurrent } from "./conditions.ts";
import type { Content } from "./content.ts";
import { type FileReply, statusReply } from "./file_reply.ts";

/** Gives a part of the body; what does not ask for it needs no body. */
export type BodyOf = (part: ByteRange) => FileReply["body"];

/** The answer to GET or HEAD (RFC 9110, section 13.2.2, says in which order). */
export function contentReply(
  content: Content,
  method: string,
  fields: AskedFields,
  bodyOf: BodyOf,
): FileReply {
  const status = evaluate(fields, content);
  if (status === 304) return content.unmodified;
  if (status === 412) return statusReply(412, method);
  // Range is defined for GET alone.
  if (method === "HEAD") return content.head;
  const range = fields.range !== undefined && isRangeCurrent(fields.ifRange, content)
    ? parseRange(fields.range, content.size)
    : null;
  if (range === null) {
    const whole = { start: 0, length: content.size };
    return content.whole ?? { ...content.head, body: bodyOf(whole) };
  }
  const told = ["Content-Range", contentRange(range, content.size)] as const;
  if (range === "none") return statusReply(416, method, [["Accept-Ranges", "bytes"], told]);
  return {
    status: 206,
    headers: [...content.fields, told, ["Content-Length", String(range.length)]],
    body: bodyOf(range),
  };
}

/**
 * The same content as the page of an error. It has no validators: it is not what was asked for, and
 * what is there later is not a newer version of it.
 */
export function errorPage(
  content: Content,
  status: number,
  method: string,
  bodyOf: BodyOf,
): FileReply {
  const kept = content.fields.filter(([name]) => !NOT_OF_ERRORS.has(name));
  const length = String(content.size);
  return {
    status,
    headers: [...kept, ["Cache-Control", "no-cache"], ["Content-Length", length]],
    body: method === "HEAD" ? null : bodyOf({ start: 0, length: content.size }),
  };
}

const NOT_OF_ERRORS: ReadonlySet<string> = new Set([
  "ETag",
  "Last-Modified",
  "Cache-Control",
  "Accept-Ranges",
]);
