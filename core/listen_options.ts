/**
 * Checks the options of `listen` once, for every adapter.
 *
 * @module
 */

import type { NetworkError } from "./errors.ts";
import { requireSignal } from "./limits.ts";
import type {
  FdListenOptions,
  ListenOptions,
  TcpListenOptions,
  UnixListenOptions,
} from "./listener.ts";
import {
  alpnOf,
  callbackOf,
  flagOf,
  hostnameOf,
  integerOf,
  pathOf,
  pemOf,
  requireAbsent,
  requireOptions,
} from "./option_checks.ts";
import { type ResolvedProxyProtocol, resolveProxyProtocol } from "./proxy_protocol.ts";
import { show } from "./show.ts";
import { type ResolvedTimeouts, resolveTimeouts } from "./timeouts.ts";
import type { Certificate } from "./tls.ts";

/** How a listener encrypts, checked. */
export interface ResolvedTlsListenOptions extends Certificate {
  /** Never empty. */
  readonly alpn: readonly string[] | undefined;
  /** PEM text. */
  readonly ca: string | undefined;
  /** Whether clients need a certificate. */
  readonly requestCert: boolean;
}

/** What every kind of listener has, checked. */
export interface ResolvedCommon {
  /** As given; `undefined` leaves it to the runtime. */
  readonly backlog: number | undefined;
  /** Closes the listener. */
  readonly signal: AbortSignal | undefined;
  /** How many accepted connections may wait. */
  readonly maxPending: number;
  /** How many connections may be open at once; `undefined`: see `maxConnectionsOf`. */
  readonly maxConnections: number | undefined;
  /** Told of every accept that failed. */
  readonly onAcceptError: ((error: NetworkError) => void) | undefined;
  /** `undefined` is plain. */
  readonly tls: ResolvedTlsListenOptions | undefined;
  /** The time limits of each connection. */
  readonly timeouts: ResolvedTimeouts;
  /** `undefined`: no peer sends a header. */
  readonly proxyProtocol: ResolvedProxyProtocol | undefined;
}

/** The options of a TCP listener, checked, with the defaults filled in. */
export interface ResolvedTcp extends ResolvedCommon {
  /** It is no unix socket. */
  readonly path?: undefined;
  /** The descriptor to adopt; what is bound otherwise is of no use then. */
  readonly fd: number | undefined;
  /** 0 to 65535. */
  readonly port: number;
  /** Never empty, without brackets. */
  readonly hostname: string;
  /** `SO_REUSEPORT`. */
  readonly reusePort: boolean;
  /** IPv6 only. */
  readonly ipv6Only: boolean;
  /** `TCP_NODELAY`. */
  readonly noDelay: boolean;
}

/** The options of a unix listener, checked. */
export interface ResolvedUnix extends ResolvedCommon {
  /** 1 to 107 bytes; a leading NUL makes it abstract. */
  readonly path: string;
  /** 0 to 0o777. */
  readonly mode: number | undefined;
}

/** The options of `listen`, checked, with the defaults filled in. */
export type ResolvedListenOptions = ResolvedTcp | ResolvedUnix;

const DEFAULT_MAX_PENDING = 1024;

/**
 * How many connections the kernel keeps unless somebody says otherwise: what Linux allows by itself since
 * 5.4. With a full queue it answers some by SYN cookies, and what these clients send first may be lost.
 */
export const BACKLOG = 4096;

/**
 * Checks `options` and fills in the defaults. For adapters.
 *
 * Throws a TypeError for a value of the wrong type, a RangeError for one that is out of range, and
 * the signal's reason when it has aborted already.
 */
export function resolveListenOptions(options: ListenOptions): ResolvedListenOptions {
  requireOptions("listen", options);
  const { backlog, maxPending = DEFAULT_MAX_PENDING, maxConnections, signal } = options;
  requireSignal("listen", signal);
  const common: ResolvedCommon = {
    backlog: backlog === undefined ? undefined : integerOf("listen", "backlog", backlog, 1, 65535),
    signal,
    maxPending: countOf("maxPending", maxPending),
    maxConnections: maxConnections === undefined
      ? undefined
      : countOf("maxConnections", maxConnections),
    onAcceptError: callbackOf("listen", "onAcceptError", options.onAcceptError),
    tls: tlsOf(options.tls),
    timeouts: resolveTimeouts("listen", options.timeouts),
    proxyProtocol: resolveProxyProtocol("listen", options.proxyProtocol),
  };
  const resolved = options.path === undefined
    ? { ...common, ...tcp(options) }
    : { ...common, ...unix(options) };
  signal?.throwIfAborted();
  return resolved;
}

function countOf(name: string, value: unknown): number {
  return value === Infinity ? value : integerOf("listen", name, value, 1, 2 ** 31);
}

function tcp(
  options: TcpListenOptions | FdListenOptions,
): Omit<ResolvedTcp, keyof ResolvedCommon> {
  if (options.fd !== undefined) return adopted(options);
  return {
    fd: undefined,
    port: integerOf("listen", "port", options.port, 0, 65535),
    hostname: hostnameOf("listen", options.hostname),
    reusePort: flagOf("listen", "reusePort", options.reusePort, false),
    ipv6Only: flagOf("listen", "ipv6Only", options.ipv6Only, false),
    noDelay: flagOf("listen", "noDelay", options.noDelay, true),
  };
}

function adopted(options: FdListenOptions): Omit<ResolvedTcp, keyof ResolvedCommon> {
  requireAbsent("listen", options, ["port", "hostname", "reusePort", "ipv6Only"], "a descriptor");
  return {
    fd: integerOf("listen", "fd", options.fd, 0, 2 ** 31 - 1),
    port: 0,
    hostname: "127.0.0.1",
    reusePort: false,
    ipv6Only: false,
    noDelay: flagOf("listen", "noDelay", options.noDelay, true),
  };
}

function unix(options: UnixListenOptions): Omit<ResolvedUnix, keyof ResolvedCommon> {
  const path = pathOf("listen", options.path);
  const names = ["port", "hostname", "reusePort", "ipv6Only", "noDelay", "fd"];
  requireAbsent("listen", options, names, "a path");
  const { mode } = options;
  if (mode === undefined) return { path, mode };
  if (path.startsWith("\0")) {
    throw new TypeError(`Cannot listen: mode must be left out without a file, got ${show(mode)}`);
  }
  return { path, mode: integerOf("listen", "mode", mode, 0, 0o777) };
}

function tlsOf(tls: ListenOptions["tls"]): ResolvedTlsListenOptions | undefined {
  if (tls === undefined) return undefined;
  if (typeof tls !== "object" || tls === null) {
    throw new TypeError(`Cannot listen: tls must be an object, got ${show(tls)}`);
  }
  return {
    ...resolveCertificate("listen", tls),
    alpn: alpnOf("listen", tls.alpn),
    ca: tls.ca === undefined ? undefined : pemOf("listen", "tls.ca", tls.ca),
    requestCert: flagOf("listen", "tls.requestCert", tls.requestCert, false),
  };
}

/** Checks a certificate and its key, as far as that goes without reading them. */
export function resolveCertificate(verb: string, certificate: Certificate): Certificate {
  requireOptions(verb, certificate);
  return {
    cert: pemOf(verb, "tls.cert", certificate.cert),
    key: pemOf(verb, "tls.key", certificate.key),
  };
}
