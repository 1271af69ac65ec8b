/**
 * The first line of a request: RFC 9112, section 3.
 *
 * @module
 */

import { Refusal } from "./refusal.ts";

/** What the first line says. */
export interface RequestLine {
  /** As sent; methods are case-sensitive. */
  readonly method: string;
  /** Always with a leading slash and without the query; `"*"` for `OPTIONS *`, `""` for CONNECT. */
  readonly path: string;
  /** The host and port of a target that names them (`http://host:port/…`, CONNECT). */
  readonly authority: string | undefined;
  /** The minor version of HTTP/1. */
  readonly minor: 0 | 1;
}

/** RFC 9110, section 5.6.2. */
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
/** One space between the three parts. The target is anything visible in ASCII but `#`. */
const LINE = new RegExp(`^(${TOKEN}) ([!"$-~]+) HTTP/([0-9])\\.([0-9])$`);
const ABSOLUTE = /^https?:\/\/([^/?]+)([^?]*)/i;

/**
 * Takes the line apart. Throws a {@linkcode Refusal}: 400 for what is not a request line, 505 for a
 * version other than HTTP/1.0 and HTTP/1.1.
 */
export function parseRequestLine(line: string): RequestLine {
  const [, method, target, major, minor] = LINE.exec(line) ?? [];
  if (method === undefined || target === undefined) {
    throw new Refusal(400, "this is not a request line of HTTP/1");
  }
  const parts = parseTarget(method, target);
  if (major !== "1" || (minor !== "0" && minor !== "1")) {
    throw new Refusal(505, `HTTP/${major}.${minor} is not spoken here, but HTTP/1.1`);
  }
  return { method, ...parts, minor: minor === "0" ? 0 : 1 };
}

/** The four forms of a target: RFC 9112, section 3.2. */
function parseTarget(method: string, target: string): Pick<RequestLine, "path" | "authority"> {
  if (method === "CONNECT") {
    if (isAuthority(target)) return { path: "", authority: target };
  } else if (target.startsWith("/")) {
    return { path: withoutQuery(target), authority: undefined };
  } else if (target === "*") {
    if (method === "OPTIONS") return { path: target, authority: undefined };
  } else {
    const [, authority, path] = ABSOLUTE.exec(target) ?? [];
    if (authority !== undefined && isAuthority(authority)) return { path: path || "/", authority };
  }
  throw new Refusal(400, `the target does not fit the method ${method}`);
}

function withoutQuery(target: string): string {
  const query = target.indexOf("?");
  return query < 0 ? target : target.slice(0, query);
}

/**
 * Whether `text` is a host with an optional port, as in the Host field: RFC 9110, section 7.2. An
 * address of IPv6 stands in brackets; user information has no place here.
 */
export function isAuthority(text: string): boolean {
  return /^(\[[0-9A-Fa-f:.]+(%25[\w.~-]+)?\]|([\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(:[0-9]*)?$/
    .test(
      text,
    );
}
