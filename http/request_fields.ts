/**
 * The fields of a request: RFC 9112, section 5.
 *
 * @module
 */

import { Refusal } from "./refusal.ts";
import { isAuthority, type RequestLine } from "./request_line.ts";

/** A field: its name in lower case, its value without the white space around it. */
export type Field = readonly [name: string, value: string];

/** No white space before the colon, none at the start (that was the folding of old). */
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$/;

/** Takes a field line apart. Throws a {@linkcode Refusal} (400) for what is none. */
export function parseField(line: string): Field {
  const [, name, value] = FIELD.exec(line) ?? [];
  if (name === undefined || value === undefined) {
    throw new Refusal(400, "a line of the head is not a field");
  }
  return [name.toLowerCase(), withoutTrailingSpace(value)];
}

/** By hand: the pattern `[ \t]+$` takes quadratic time on a value that is full of white space. */
function withoutTrailingSpace(value: string): string {
  let end = value.length;
  while (end > 0 && (value[end - 1] === " " || value[end - 1] === "\t")) end--;
  return value.slice(0, end);
}

/**
 * Checks who the request is for: one Host field (HTTP/1.0 may do without), well-formed, and the same
 * as in the target, when that names a host too. Throws a {@linkcode Refusal} (400).
 */
export function checkHost({ minor, authority }: RequestLine, fields: readonly Field[]): void {
  const hosts = fields.filter(([name]) => name === "host").map(([, value]) => value);
  const [host] = hosts;
  if (hosts.length > 1) throw new Refusal(400, "there is more than one Host field");
  if (host === undefined) {
    if (minor === 1) throw new Refusal(400, "there is no Host field");
    return;
  }
  if (!isAuthority(host)) throw new Refusal(400, "the Host field is not a host");
  if (authority !== undefined && authority.toLowerCase() !== host.toLowerCase()) {
    throw new Refusal(400, "the target and the Host field name different hosts");
  }
}
