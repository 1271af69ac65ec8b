/**
 * What the adapter uses of Bun, and nothing more: no global types are needed to compile it. `test/types/`
 * holds this to the official types.
 *
 * @module
 */

/** What is used of a socket of Bun; `data` is the adapter's own. */
export interface BunSocket<Data> {
  data: Data | undefined;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  write(bytes: Uint8Array): number;
  pause(): void;
  resume(): void;
  shutdown(): void;
  end(): void;
  terminate(): void;
  setNoDelay(noDelay?: boolean): boolean;
}

/** What is used of `Bun.TCPSocketListener`. */
export interface BunListener {
  readonly hostname: string;
  readonly port: number;
  stop(): void;
  /** Not in the official types. */
  getsockname?(out: { address?: string }): void;
}

/** The callbacks of a listener of Bun. */
export interface BunSocketHandler<Data> {
  open(socket: BunSocket<Data>): void;
  data(socket: BunSocket<Data>, chunk: Uint8Array): void;
  drain(socket: BunSocket<Data>): void;
  end(socket: BunSocket<Data>): void;
  close(socket: BunSocket<Data>, error?: Error): void;
  error(socket: BunSocket<Data>, error: Error): void;
  readonly binaryType: "uint8array";
}

/** What is used of the global `Bun`. */
export interface BunNamespace {
  listen<Data>(options: {
    hostname: string;
    port: number;
    allowHalfOpen: boolean;
    reusePort: boolean;
    ipv6Only: boolean;
    socket: BunSocketHandler<Data>;
  }): BunListener;
}
