/**
 * What the adapter uses of Deno, and nothing more: no global types are needed to compile it. `test/types/`
 * holds this to the official types.
 *
 * @module
 */

import type { Addr } from "../core/addr.ts";

/** What is used of `Deno.NetAddr`. */
export interface DenoNetAddr {
  readonly hostname: string;
  readonly port: number;
}

/** What is used of `Deno.UnixAddr`; an end without a name has `null`, whatever the official types say. */
export interface DenoUnixAddr {
  readonly path: string | null;
}

/** One end of a connection. */
export type DenoAddr = DenoNetAddr | DenoUnixAddr;

/** What is used of `Deno.TcpConn` and `Deno.UnixConn`. */
export interface DenoConn {
  readonly localAddr: DenoAddr;
  readonly remoteAddr: DenoAddr;
  read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
  /** Over TCP only. */
  setNoDelay?(noDelay?: boolean): void;
}

/** What is used of `Deno.TcpListener` and `Deno.UnixListener`. */
export interface DenoListener {
  readonly addr: DenoAddr;
  accept(): Promise<DenoConn>;
  close(): void;
}

/** What is used of the global `Deno`. */
export interface DenoNamespace {
  listen(options: {
    hostname: string;
    port: number;
    reusePort?: boolean;
    tcpBacklog?: number;
  }): DenoListener;
  listen(options: { transport: "unix"; path: string }): DenoListener;
  connect(options: { hostname: string; port: number; signal: AbortSignal }): Promise<DenoConn>;
  connect(options: { transport: "unix"; path: string }): Promise<DenoConn>;
  /** There with `--unstable-net` only. */
  readonly listenDatagram?: unknown;
}

/** A listener of Deno, and what is to be known of it. */
export interface Bound {
  readonly listener: DenoListener;
  readonly addr: Addr;
  /** Removes what it leaves behind, after it was closed. */
  readonly release: () => void;
}

/** The global `Deno`; there is none on other runtimes. */
export function deno(): DenoNamespace {
  // No types of Deno are needed to compile this: what is used stands above, and test/types holds it.
  return (globalThis as unknown as { Deno: DenoNamespace }).Deno;
}
