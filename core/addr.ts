/**
 * Addresses of listeners and connections.
 *
 * @module
 */

/** One end of a TCP connection, or the address of a TCP listener. */
export interface TcpAddr {
  /** Tells the kinds of address apart. */
  readonly transport: "tcp";
  /** The numeric IPv4 or IPv6 address, without brackets. An IPv4 peer of a `::` listener reads `::ffff:a.b.c.d`. */
  readonly hostname: string;
  /** The port, 1 to 65535. */
  readonly port: number;
}

/** One end of a connection over a unix socket, or the address of a unix listener. */
export interface UnixAddr {
  /** Tells the kinds of address apart. */
  readonly transport: "unix";
  /** The path of the socket; on Linux an abstract name begins with a NUL. Empty for an end that has no name, as a client mostly has none. */
  readonly path: string;
}

/** One end of a connection inside the process. */
export interface MemoryAddr {
  /** Tells the kinds of address apart. */
  readonly transport: "memory";
  /** Always `"memory"`. */
  readonly hostname: "memory";
  /** A number that tells the ends apart, from 1. */
  readonly port: number;
}

/** An end that has no address: of a connection over a pair of web streams. */
export interface StreamAddr {
  /** Tells the kinds of address apart. */
  readonly transport: "stream";
  /** Always `"stream"`. */
  readonly hostname: "stream";
  /** Always 0, which is the port of nobody. */
  readonly port: 0;
}

/** An address, told apart by `transport`. */
export type Addr = TcpAddr | UnixAddr | MemoryAddr | StreamAddr;

/** Whether a listener on `hostname` is reached at several addresses: then each connection has its own. */
export function isWildcard(hostname: string): boolean {
  return /^(?:::ffff:)?[0:.]+$/i.test(hostname);
}

/**
 * The address as people write it: `127.0.0.1:80`, `[::1]:80`, `unix:/run/app.sock`; the NUL of an
 * abstract name reads `@`; `stream` for an end without an address.
 *
 * @example
 * ```ts
 * import { formatAddr } from "@incoming/net";
 *
 * const text = formatAddr({ transport: "tcp", hostname: "::1", port: 7878 });
 * if (text !== "[::1]:7878") throw new Error(text);
 * ```
 */
export function formatAddr(
  addr:
    | {
      readonly transport?: "tcp" | "memory" | "stream";
      readonly hostname: string;
      readonly port: number;
    }
    | { readonly path: string },
): string {
  if ("path" in addr) return `unix:${addr.path.replace(/^\0/, "@")}`;
  if (addr.transport === "stream") return "stream";
  return addr.hostname.includes(":")
    ? `[${addr.hostname}]:${addr.port}`
    : `${addr.hostname}:${addr.port}`;
}
