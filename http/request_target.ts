/**
 * Who and what a request is for: RFC 9112, section 3.2; RFC 9110, section 7.2.
 *
 * @module
 */

import { Refusal } from "./refusal.ts";

const ABSOLUTE = /^(https?):\/\/([^/?]*)(.*)$/i;
/** Paths and queries that the URL parser leaves as they are, when no segment begins with a dot. */
const PLAIN = /^\/[\w.~!$&()*+,;=:@/-]*(?:\?[\w.~!$&()*+,;=:@%/?-]*)?$/;
/** A segment that stays, or goes up: then with the second dot. */
const DOTS = /^(?:\.|%2e)(\.|%2e)?$/i;
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
  const same = path.replace(/^[^?]*/, samePath);
  return new URL(origin + (same.startsWith("/") ? same : `/${same}`)).href;
}

/** What is left when segments of dots are followed, and the one character escaped on which not all runtimes agree. */
function samePath(path: string): string {
  const [first = "", ...rest] = path.split(/[/\\]/);
  const segments: string[] = [];
  for (const [index, segment] of rest.entries()) {
    const dots = DOTS.exec(segment);
    // Deno never goes up from what looks like a drive, as in `/c:/..`.
    if (dots?.[1] !== undefined) segments.pop();
    if (dots === null) segments.push(segment);
    else if (index === rest.length - 1) segments.push("");
  }
  return [first, ...segments].join("/").replaceAll("^", "%5E");
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
