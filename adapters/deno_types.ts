/**
 * What the adapter uses of Deno, and nothing more: no global types are needed to compile it. `test/types/`
 * holds this to the official types.
 *
 * @module
 */

/** What is used of `Deno.NetAddr`. */
export interface DenoNetAddr {
  readonly hostname: string;
  readonly port: number;
}

/** What is used of `Deno.TcpConn`. */
export interface DenoConn {
  readonly localAddr: DenoNetAddr;
  readonly remoteAddr: DenoNetAddr;
  read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
  setNoDelay(noDelay?: boolean): void;
}

/** What is used of `Deno.TcpListener`. */
export interface DenoListener {
  readonly addr: DenoNetAddr;
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
  /** There with `--unstable-net` only. */
  readonly listenDatagram?: unknown;
}
