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

/** One end of a connection inside the process. */
export interface MemoryAddr {
  /** Tells the kinds of address apart. */
  readonly transport: "memory";
  /** Always `"memory"`. */
  readonly hostname: "memory";
  /** A number that tells the ends apart, from 1. */
  readonly port: number;
}

/** An address, told apart by `transport`. */
export type Addr = TcpAddr | MemoryAddr;

/**
 * The address as people write it: `127.0.0.1:80`, `[::1]:80`.
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
  addr: { readonly transport?: string; readonly hostname: string; readonly port: number },
): string {
  return addr.hostname.includes(":")
    ? `[${addr.hostname}]:${addr.port}`
    : `${addr.hostname}:${addr.port}`;
}
