/**
 * The one error class of the network, and its codes.
 *
 * @module
 */

/**
 * What went wrong, in the names of POSIX, the same on every runtime.
 *
 * - `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`, `ENOTFOUND`: an address cannot be bound.
 * - `ECONNRESET`: the peer is gone without having finished (also where the system said `EPIPE`
 *   or `ECONNABORTED`).
 * - `ECONNREFUSED`, `ETIMEDOUT`: no peer, or none that answers.
 * - `ENOENT`: there is no such socket file, or no such folder.
 * - `ECERT`: the peer has shown no certificate that can be trusted: an unknown authority, another
 *   name, out of its time.
 * - `EPROTO`: TLS has failed in any other way: no protocol in common, a peer that speaks no TLS, or
 *   that refuses the own certificate.
 * - `EEOF`: the end came in the middle of what was to be read.
 * - `EMSGSIZE`: more bytes than the limit allows.
 * - `EILSEQ`: the bytes are no text in UTF-8.
 * - `ECLOSED`: this side has closed the connection, its writing half or the listener.
 * - `EBUSY`: one reader, one consumer: somebody else is reading.
 * - `ENOTCAPABLE`: the runtime's own permissions forbid it.
 * - `ENOTSUP`: this runtime cannot do it (class {@linkcode NotSupported}).
 *
 * Any other code of the system is passed on as it is.
 */
export type NetworkErrorCode =
  | "EADDRINUSE"
  | "EADDRNOTAVAIL"
  | "EACCES"
  | "ENOTFOUND"
  | "ECONNRESET"
  | "ECONNREFUSED"
  | "ETIMEDOUT"
  | "ENOENT"
  | "ECERT"
  | "EPROTO"
  | "EEOF"
  | "EMSGSIZE"
  | "EILSEQ"
  | "ECLOSED"
  | "EBUSY"
  | "ENOTCAPABLE"
  | "ENOTSUP"
  | (string & Record<never, never>);

/** What a {@linkcode NetworkError} is made of, beside its message. */
export interface NetworkErrorInit {
  /** What went wrong. */
  readonly code: NetworkErrorCode;
  /** The runtime's own error, where there is one. */
  readonly cause?: unknown;
}

/**
 * Every failure of a listener or a connection.
 *
 * @example Tell a port in use from other failures
 * ```ts
 * import { listen, NetworkError } from "@incoming/net";
 *
 * const first = await listen({ port: 0 });
 * try {
 *   await listen({ port: first.addr.port });
 * } catch (error) {
 *   if (!(error instanceof NetworkError) || error.code !== "EADDRINUSE") throw error;
 * } finally {
 *   await first.close();
 * }
 * ```
 */
export class NetworkError extends Error {
  /** What went wrong. */
  readonly code: NetworkErrorCode;

  /** Makes the error; `message` reads `Cannot <verb>: <reason>`. */
  constructor(message: string, init: NetworkErrorInit) {
    super(message, "cause" in init ? { cause: init.cause } : undefined);
    this.name = "NetworkError";
    this.code = init.code;
  }
}

/**
 * An option or operation that this runtime cannot honour. It is refused, never ignored.
 *
 * @example
 * ```ts
 * import { listen, NotSupported } from "@incoming/net";
 *
 * try {
 *   // Bun has no such option, the others have.
 *   const listener = await listen({ port: 0, backlog: 64 });
 *   await listener.close();
 * } catch (error) {
 *   if (!(error instanceof NotSupported)) throw error;
 * }
 * ```
 */
export class NotSupported extends NetworkError {
  /** Makes the error; the message names the runtime and the option. */
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? { code: "ENOTSUP" } : { code: "ENOTSUP", cause });
    this.name = "NotSupported";
  }
}

/** The reason in words; for every other code the code speaks for itself. */
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "the address is in use",
  EADDRNOTAVAIL: "the address is not one of this machine",
  EACCES: "permission denied",
  ENOTFOUND: "the host name is unknown",
  ECONNRESET: "the peer has reset the connection",
  ECONNREFUSED: "nobody listens there",
  ETIMEDOUT: "the peer did not answer in time",
  ENOENT: "there is no such file",
  ECERT: "the peer has no certificate that can be trusted",
  EPROTO: "TLS has failed",
  ENOTCAPABLE: "the runtime's permissions forbid it",
  EMFILE: "this process has too many open files",
  ENFILE: "the system has too many open files",
};

/**
 * The error for a failed action: `Cannot <action>: <reason> (<code>)`.
 *
 * For adapters. `action` names what was tried, with its value: `listen on 127.0.0.1:80`.
 */
export function networkError(
  action: string,
  code: NetworkErrorCode,
  cause?: unknown,
): NetworkError {
  const known = REASONS[code] ?? (cause instanceof Error ? cause.message : "it failed");
  const init = cause === undefined ? { code } : { code, cause };
  return new NetworkError(`Cannot ${action}: ${known} (${code})`, init);
}

/**
 * The code of an error that a system call left: its `code`, else `fallback`.
 *
 * For adapters.
 */
export function codeOf(error: unknown, fallback: NetworkErrorCode): NetworkErrorCode {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : fallback;
}

/** The codes by which systems say that the peer of an established connection is gone. */
const LOST: ReadonlySet<string> = new Set([
  "EPIPE",
  "ECONNRESET",
  "ECONNABORTED",
  "ECANCELED",
  "ENOTCONN",
  "ESHUTDOWN",
]);

/** The error for a connection that broke: every way in which a peer can be gone is `ECONNRESET`. */
export function connectionError(
  cause: unknown,
  fallback: NetworkErrorCode = "ECONNRESET",
): NetworkError {
  const code = codeOf(cause, fallback);
  return networkError("go on with the connection", LOST.has(code) ? "ECONNRESET" : code, cause);
}

/** The error for what was closed on this side: `ECLOSED`. */
export function closedError(verb: string, what: string, how = "is closed"): NetworkError {
  return new NetworkError(`Cannot ${verb}: the ${what} ${how} (ECLOSED)`, { code: "ECLOSED" });
}

/** What a read is refused with that nobody may begin now. */
export function busyError(): NetworkError {
  return new NetworkError("Cannot read: another read is pending (EBUSY)", { code: "EBUSY" });
}
