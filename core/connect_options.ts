/**
 * How a connection is made.
 *
 * @module
 */

import { requireSignal, requireTime } from "./limits.ts";
import {
  alpnOf,
  flagOf,
  hostnameOf,
  integerOf,
  pathOf,
  pemOf,
  requireAbsent,
  requireOptions,
} from "./option_checks.ts";
import { show } from "./show.ts";
import { type ResolvedTimeouts, resolveTimeouts, type Timeouts } from "./timeouts.ts";
import type { Certificate, TlsConnectOptions } from "./tls.ts";

/** The options of every kind of connection that is made. */
export interface CommonConnectOptions {
  /** Gives up when it aborts: `connect` rejects with its reason. Has no meaning once the connection is there. */
  readonly signal?: AbortSignal | undefined;
  /** How long connecting may take, the handshake of TLS included, in milliseconds; then `connect` rejects with `ETIMEDOUT`. Default: no limit of its own. */
  readonly timeout?: number | undefined;
  /** Encrypts the connection; `true` stands for no options. Default: plain. */
  readonly tls?: boolean | TlsConnectOptions | undefined;
  /** The time limits of the connection that is made. `handshake` is part of `timeout`. */
  readonly timeouts?: Timeouts | undefined;
}

/** How to connect to a TCP port. */
export interface TcpConnectOptions extends CommonConnectOptions {
  /** The port, an integer from 1 to 65535. */
  readonly port: number;
  /** The address or host name. Default `"127.0.0.1"`. */
  readonly hostname?: string | undefined;
  /** Sends small writes at once (`TCP_NODELAY`). Default `true`. */
  readonly noDelay?: boolean | undefined;
  /** Either a port or a path. */
  readonly path?: undefined;
}

/** How to connect to a unix socket. */
export interface UnixConnectOptions extends CommonConnectOptions {
  /** The path of the socket; on Linux a leading NUL makes it an abstract name. */
  readonly path: string;
  /** Either a port or a path. */
  readonly port?: undefined;
}

/** How to connect. The names lean on the Sockets API of WinterTC (`hostname`, `port`, `sni`, `alpn`). */
export type ConnectOptions = TcpConnectOptions | UnixConnectOptions;

/** How a connection that is made is encrypted, checked. */
export interface ResolvedTlsConnectOptions {
  /** PEM text. */
  readonly ca: string | undefined;
  /** `undefined`: what was connected to has no name. */
  readonly sni: string | undefined;
  /** Never empty. */
  readonly alpn: readonly string[] | undefined;
  /** The own certificate. */
  readonly certificate: Certificate | undefined;
}

/** What every kind of connection has, checked. */
export interface ResolvedConnectCommon {
  /** Gives up. */
  readonly signal: AbortSignal | undefined;
  /** In milliseconds, or Infinity. */
  readonly timeout: number;
  /** `undefined` is plain. */
  readonly tls: ResolvedTlsConnectOptions | undefined;
  /** The time limits of the connection. */
  readonly timeouts: ResolvedTimeouts;
}

/** The options of a TCP connection, checked, with the defaults filled in. */
export interface ResolvedTcpConnect extends ResolvedConnectCommon {
  /** It is no unix socket. */
  readonly path?: undefined;
  /** 1 to 65535. */
  readonly port: number;
  /** Never empty, without brackets. */
  readonly hostname: string;
  /** `TCP_NODELAY`. */
  readonly noDelay: boolean;
}

/** The options of a unix connection, checked. */
export interface ResolvedUnixConnect extends ResolvedConnectCommon {
  /** 1 to 107 bytes; a leading NUL makes it abstract. */
  readonly path: string;
}

/** The options of `connect`, checked, with the defaults filled in. */
export type ResolvedConnectOptions = ResolvedTcpConnect | ResolvedUnixConnect;

/**
 * Checks `options` and fills in the defaults. For adapters.
 *
 * Throws a TypeError for a value of the wrong type, a RangeError for one that is out of range, and
 * the signal's reason when it has aborted already.
 */
export function resolveConnectOptions(options: ConnectOptions): ResolvedConnectOptions {
  requireOptions("connect", options);
  const { signal, timeout = Infinity } = options;
  requireSignal("connect", signal);
  requireTime("connect", "timeout", timeout);
  const timeouts = resolveTimeouts("connect", options.timeouts);
  const resolved: ResolvedConnectOptions = options.path === undefined
    ? { signal, timeout, timeouts, ...tcp(options) }
    : { signal, timeout, timeouts, ...unix(options) };
  signal?.throwIfAborted();
  return resolved;
}

function tcp(
  options: TcpConnectOptions,
): Omit<ResolvedTcpConnect, "signal" | "timeout" | "timeouts"> {
  const hostname = hostnameOf("connect", options.hostname);
  return {
    port: integerOf("connect", "port", options.port, 1, 65535),
    hostname,
    noDelay: flagOf("connect", "noDelay", options.noDelay, true),
    tls: tlsOf(options.tls, hostname),
  };
}

function unix(
  options: UnixConnectOptions,
): Omit<ResolvedUnixConnect, "signal" | "timeout" | "timeouts"> {
  requireAbsent("connect", options, ["port", "hostname", "noDelay"], "a path");
  return { path: pathOf("connect", options.path), tls: tlsOf(options.tls, undefined) };
}

function tlsOf(
  tls: ConnectOptions["tls"],
  hostname: string | undefined,
): ResolvedTlsConnectOptions | undefined {
  if (tls === undefined || tls === false) return undefined;
  if (tls === true) return tlsOf({}, hostname);
  if (typeof tls !== "object" || tls === null) {
    throw new TypeError(`Cannot connect: tls must be an object or true, got ${show(tls)}`);
  }
  const { ca, sni, cert, key } = tls;
  return {
    ca: ca === undefined ? undefined : pemOf("connect", "tls.ca", ca),
    sni: sni === undefined ? hostname : sniOf(sni),
    alpn: alpnOf("connect", tls.alpn),
    certificate: cert === undefined && key === undefined
      ? undefined
      : { cert: pemOf("connect", "tls.cert", cert), key: pemOf("connect", "tls.key", key) },
  };
}

function sniOf(value: unknown): string {
  if (typeof value === "string" && /^[\w.-]{1,255}$/.test(value)) return value;
  throw new TypeError(`Cannot connect: tls.sni must be a host name, got ${show(value)}`);
}
