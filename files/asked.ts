/**
 * What a request asks of a file server.
 *
 * @module
 */

import { LazyRequest } from "../http/lazy_request.ts";

/** The fields that matter here. */
export interface AskedFields {
  readonly acceptEncoding: string | undefined;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
  readonly ifUnmodifiedSince: string | undefined;
  readonly ifRange: string | undefined;
  readonly range: string | undefined;
}

/** What a server may know besides the request: `serveHttp` does. */
export interface AskedInfo {
  /** The target as it was sent. */
  readonly target: string;
  /** One field, without the price of all of them. */
  readonly header?: ((name: string) => string | null) | undefined;
}

/** A request, as far as it matters here. */
export interface Asked {
  readonly method: string;
  /** The path as it was sent, as far as that is known: neither decoded nor resolved. */
  readonly path: string;
  /** The query with its question mark. */
  readonly query: string;
  /** Whether it has come over a connection of `serveHttp`, and so not in this turn of the event loop alone. */
  readonly isLazy: boolean;
  /** The fields that every answer depends on; each call looks them up. */
  fields(): AskedFields;
  /** One field. */
  header(name: string): string | undefined;
}

/** What a target may begin with (RFC 9112, section 3.2.2). */
const ORIGIN = /^https?:\/\/[^/?]*/i;

/** What is asked; `info` is what the server has given beside the request, whatever that is. */
export function askedOf(request: Request, info?: unknown): Asked {
  const isLazy = request instanceof LazyRequest;
  const known = isAskedInfo(info) ? info : undefined;
  // Another request than the server's own may have other fields.
  const own = isLazy ? known : undefined;
  const header = (name: string) =>
    (own?.header === undefined ? request.headers.get(name) : own.header(name)) ?? undefined;
  const { path, query } = partsOf(
    // A request that is still the server's own has the target that the server says; no URL is made for it.
    isLazy && known?.target.startsWith("/") ? known.target : pathOf(request.url, known?.target),
  );
  return {
    method: request.method,
    path,
    query,
    isLazy,
    fields: () => fieldsOf(header),
    header,
  };
}

function isAskedInfo(info: unknown): info is AskedInfo {
  return typeof info === "object" && info !== null && "target" in info &&
    typeof info.target === "string";
}

/**
 * The path and query of `url`; of the target that it was made of, when it is the URL of that: the URL
 * has `..` and backslashes resolved. A router may have made another URL, which counts then.
 */
function pathOf(url: string, target: string | undefined): string {
  // The URL of a request has a host, and so a slash after it.
  const slash = url.indexOf("/", url.indexOf("//") + 2);
  const own = url.slice(slash);
  if (target === undefined || target === own) return own;
  const path = target.replace(ORIGIN, "");
  const whole = url.slice(0, slash) + path;
  if (!path.startsWith("/") || !URL.canParse(whole)) return own;
  return new URL(whole).href === url ? path : own;
}

function partsOf(whole: string): { readonly path: string; readonly query: string } {
  const hash = whole.indexOf("#");
  const target = hash < 0 ? whole : whole.slice(0, hash);
  const question = target.indexOf("?");
  return question < 0
    ? { path: target, query: "" }
    : { path: target.slice(0, question), query: target.slice(question) };
}

function fieldsOf(get: Asked["header"]): AskedFields {
  return {
    acceptEncoding: get("accept-encoding"),
    ifMatch: get("if-match"),
    ifNoneMatch: get("if-none-match"),
    ifModifiedSince: get("if-modified-since"),
    ifUnmodifiedSince: get("if-unmodified-since"),
    ifRange: get("if-range"),
    range: get("range"),
  };
}
