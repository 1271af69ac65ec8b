/**
 * Checks single options of `listen` and `connect`: a TypeError for a value of the wrong type, a
 * RangeError for one that is out of range, always with the value.
 *
 * @module
 */

import { show } from "./show.ts";

/** The longest path that fits into a socket address of Linux. */
const MAX_PATH_BYTES = 107;

/** The longest host name (RFC 1035, section 2.3.4), and the longest name of a protocol (RFC 7301), both in bytes. */
const MAX_NAME = 255;
/** What fits into the list of protocols with the length in front of each (RFC 7301, section 3.1). */
const MAX_PROTOCOLS_BYTES = 65_533;

/** An object with options. */
export function requireOptions(verb: string, options: unknown): void {
  if (typeof options === "object" && options !== null) return;
  throw new TypeError(`Cannot ${verb}: options must be an object, got ${show(options)}`);
}

/** An integer from `min` to `max`. */
export function integerOf(
  verb: string,
  name: string,
  value: unknown,
  min: number,
  max: number,
): number {
  const message = `Cannot ${verb}: ${name} must be an integer from ${min} to ${max}, got ${
    show(value)
  }`;
  if (typeof value !== "number") throw new TypeError(message);
  if (!Number.isSafeInteger(value) || value < min || value > max) throw new RangeError(message);
  return value;
}

/** `true` or `false`; `fallback` when it is not given. */
export function flagOf(verb: string, name: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value === "boolean") return value;
  throw new TypeError(`Cannot ${verb}: ${name} must be true or false, got ${show(value)}`);
}

/** A function, if it is given. */
export function callbackOf<F>(verb: string, name: string, value: F): F {
  if (value === undefined || typeof value === "function") return value;
  throw new TypeError(`Cannot ${verb}: ${name} must be a function, got ${show(value)}`);
}

/** A host name or an address, without brackets; this machine when it is not given. */
export function hostnameOf(verb: string, value: unknown): string {
  if (value === undefined) return "127.0.0.1";
  const name = typeof value === "string" ? value.replace(/^\[([0-9a-fA-F:.%]+)\]$/, "$1") : "";
  // A NUL or a space would be cut off or sent to the resolver by some runtimes and not by others; and
  // one takes "*" for every address of this machine.
  // deno-lint-ignore no-control-regex
  if (name === "" || name.length > MAX_NAME || /[\u0000-\u0020\u007f[\]/\\*?#@]/.test(name)) {
    throw new TypeError(
      `Cannot ${verb}: hostname must be an address or a host name, got ${show(value)}`,
    );
  }
  return name;
}

/** The path of a unix socket; a NUL stands at most in front of it. */
export function pathOf(verb: string, value: unknown): string {
  if (typeof value !== "string" || value === "" || value === "\0" || value.includes("\0", 1)) {
    throw new TypeError(`Cannot ${verb}: path must be the path of a socket, got ${show(value)}`);
  }
  // What is longer, some systems cut off without a word.
  const bytes = new TextEncoder().encode(value).length;
  if (bytes > MAX_PATH_BYTES) {
    const limit = `path must be of ${MAX_PATH_BYTES} bytes at most`;
    throw new RangeError(`Cannot ${verb}: ${limit}, got ${bytes} bytes: ${show(value)}`);
  }
  return value;
}

/** PEM text: at least one block of a kind. What is in it is the runtime's to check. */
export function pemOf(verb: string, name: string, value: unknown): string {
  if (typeof value === "string" && value.includes("-----BEGIN ")) return value;
  // Never the text itself: it may be a key.
  const got = typeof value === "string" ? `a string of ${value.length} characters` : show(value);
  throw new TypeError(`Cannot ${verb}: ${name} must be PEM text, got ${got}`);
}

/** The names of protocols for ALPN, each of 1 to 255 bytes (RFC 7301); `undefined` when none is given. */
export function alpnOf(verb: string, value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length === 0) {
    throw new TypeError(
      `Cannot ${verb}: tls.alpn must be a list of protocol names, got ${show(value)}`,
    );
  }
  let total = 0;
  // Not map(), which leaves out what is missing.
  const names = Array.from(value, (name: unknown) => {
    const bytes = typeof name === "string" ? new TextEncoder().encode(name).length : 0;
    total += 1 + bytes;
    if (bytes > 0 && bytes <= MAX_NAME) return name as string;
    throw new TypeError(
      `Cannot ${verb}: tls.alpn must hold names of 1 to 255 bytes, got ${show(name)}`,
    );
  });
  if (total <= MAX_PROTOCOLS_BYTES) return names;
  const limit = `tls.alpn must be of ${MAX_PROTOCOLS_BYTES} bytes at most`;
  throw new RangeError(`Cannot ${verb}: ${limit}, got ${total} bytes`);
}

/** Throws a TypeError when one of `names` is given, which has no meaning together with what stands `beside`. */
export function requireAbsent(
  verb: string,
  options: object,
  names: readonly string[],
  beside: string,
): void {
  for (const name of names) {
    const value = (options as Record<string, unknown>)[name];
    if (value === undefined) continue;
    throw new TypeError(
      `Cannot ${verb}: ${name} must be left out with ${beside}, got ${show(value)}`,
    );
  }
}
