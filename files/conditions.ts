/**
 * Conditional requests: RFC 9110, section 13.
 *
 * @module
 */

import { parseHttpDate } from "./http_date.ts";
import type { AskedFields } from "./asked.ts";

/** What tells one version of a file from another. */
export interface Validators {
  /** The ETag, quoted; weak with `W/` before it. */
  readonly etag: string;
  /** The Last-Modified; `undefined` when it cannot be said. */
  readonly modified: string | undefined;
}

/** An entity tag in a list, or the list's end. */
const TAG = /[\t ,]*(?:(W\/)?("[\x21\x23-\x7e\x80-\xff]*")[\t ]*(?=,|$)|$)/y;

/** 304 or 412 when the request asks for this in the present case; else 200: it is answered as if it had no conditions. */
export function evaluate(fields: AskedFields, { etag, modified }: Validators): 200 | 304 | 412 {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = fields;
  if (ifMatch !== undefined) {
    if (!isListed(ifMatch, etag, true)) return 412;
  } else if (ifUnmodifiedSince !== undefined && isLater(modified, ifUnmodifiedSince)) {
    return 412;
  }
  if (ifNoneMatch !== undefined) return isListed(ifNoneMatch, etag, false) ? 304 : 200;
  if (ifModifiedSince === undefined) return 200;
  return isLater(modified, ifModifiedSince) === false ? 304 : 200;
}

/** Whether a range may be sent: without If-Range, or when that names what would be sent. */
export function isRangeCurrent(ifRange: string | undefined, current: Validators): boolean {
  if (ifRange === undefined) return true;
  // Only a strong tag says that bytes fit together; a date has to be the very same one.
  if (ifRange.startsWith('"')) return ifRange === current.etag;
  return ifRange === current.modified;
}

/** Whether `tag` is in the list, or the list is `*`. */
function isListed(list: string, tag: string, strong: boolean): boolean {
  if (list === "*") return true;
  const [isWeak, opaque] = tag.startsWith("W/") ? [true, tag.slice(2)] : [false, tag];
  if (strong && isWeak) return false;
  TAG.lastIndex = 0;
  for (let match = TAG.exec(list); match?.[2] !== undefined; match = TAG.exec(list)) {
    if (match[2] === opaque && !(strong && match[1] !== undefined)) return true;
  }
  return false;
}

/** Whether it was modified after `date`; `undefined` when one of them is not known. */
function isLater(modified: string | undefined, date: string): boolean | undefined {
  if (modified === undefined) return undefined;
  // Most send back what they were sent.
  if (modified === date) return false;
  const [since, at] = [parseHttpDate(date), parseHttpDate(modified)];
  return Number.isNaN(since) || Number.isNaN(at) ? undefined : at > since;
}
