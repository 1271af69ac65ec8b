/**
 * The fields of a request as the platform has them.
 *
 * @module
 */

import { between } from "./framing.ts";
import type { FieldLine } from "./message.ts";

const COOKIE = "cookie";

/** A `Headers` of these fields. Not every platform's joins cookies by a semicolon: here they are. */
export function headersOf(fields: readonly FieldLine[]): Headers {
  const headers = new Headers();
  let cookies: string | undefined;
  for (const [name, value] of fields) {
    if (name.length !== COOKIE.length || name.toLowerCase() !== COOKIE) headers.append(name, value);
    else {
      cookies = cookies === undefined ? value : cookies + between(COOKIE) + value;
      headers.set(COOKIE, cookies);
    }
  }
  return headers;
}
