/**
 * Who and what a request is for: RFC 9112, section 3.2; RFC 9110, section 7.2.
 *
 * @module
 */

import { Refusal } from "./refusal.ts";

const ABSOLUTE = /^(https?):\/\/([^/?]*)(.*)$/i;
/** Paths and queries that the URL parser leaves as they are, when no segment begins with a dot. */
const PLAIN = /^\/[\w.~!$&()*+,;=:@/-]*(?:\?[\w.~!$&()*+,;=:@%/?-]*)?$/;
const SOFT_HYPHEN = "\u00ad";

/** A target, taken apart. */
export interface Target {
  /** The path and query, with a leading slash; `"*"` for `OPTIONS *`, `""` for CONNECT. */
  readonly path: string;
  /** The host and port of a target that names them. */
  readonly authority: string | undefined;
}

/** Takes a target apart. Throws a {@linkcode Refusal} (400) when it does not fit the method. */
export function parseTarget(method: string, target: string): Target {
  if (method === "CONNECT") {
    if (isAuthority(target) && /[^:]:[0-9]+$/.test(target)) return { path: "", authority: target };
  } else if (target.charCodeAt(0) === 0x2f) {
    return { path: target, authority: undefined };
  } else if (target === "*") {
    if (method === "OPTIONS") return { path: target, authority: undefined };
  } else {
    const [, , authority, rest = ""] = ABSOLUTE.exec(target) ?? [];
    if (authority !== undefined && authority !== "" && isAuthority(authority)) {
      return { path: rest.startsWith("/") ? rest : `/${rest}`, authority };
    }
  }
  throw new Refusal(400, `the target does not fit the method ${method}`);
}

/** The start of a URL for `host`, such as `http://example.com`; `null` when it is no host. */
export function originOf(scheme: string, host: string): string | null {
  if (!isAuthority(host)) return null;
  try {
    // Node looks at such names only when there is more than ASCII: here a soft hyphen, which counts for nothing.
    if (/xn--/i.test(host)) new URL(`${scheme}://${SOFT_HYPHEN}${host}/`);
    return new URL(`${scheme}://${host}/`).href.slice(0, -1);
  } catch {
    return null;
  }
}

/** The URL, as the URL parser writes it. */
export function urlOf(origin: string, path: string): string {
  if (path === "/" || (PLAIN.test(path) && !path.includes("/."))) return origin + path;
  // Not every runtime writes this character of a path in the same way.
  const same = path.replace(/^[^?]*/, (own) => own.replaceAll("^", "%5E"));
  return new URL(origin + (same.startsWith("/") ? same : `/${same}`)).href;
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
