/**
 * What the adapter uses of Bun, and nothing more: no global types are needed to compile it. `test/types/`
 * holds this to the official types.
 *
 * @module
 */

/** What is used of a socket of Bun; `data` is the adapter's own. */
export interface BunSocket<Data> {
  data: Data | undefined;
  /** `undefined` when the peer was gone before it was accepted, and for a unix socket. */
  readonly remoteAddress: string | undefined;
  readonly remotePort: number;
  readonly localAddress: string | undefined;
  readonly localPort: number;
  /** Whether the certificate of the peer was found good. */
  readonly authorized: boolean;
  /** `null` before the handshake, `false` when none was agreed on. */
  readonly alpnProtocol: string | false | null;
  /** `undefined`, `null` or an empty object when there is none. */
  getPeerCertificate(): BunCertificate | undefined | null;
  write(bytes: Uint8Array): number;
  pause(): void;
  resume(): void;
  shutdown(): void;
  end(): void;
  /** Closes it at once, and flushes nothing before: nothing of what was written waits in it. */
  close(): void;
  terminate(): void;
  setNoDelay(noDelay?: boolean): boolean;
  /** Other callbacks from now on. */
  reload(options: { socket: BunSocketHandler<Data> }): void;
  /** The socket takes the part that it has: server when it was accepted. The second of the pair is to be used. */
  upgradeTLS<Other>(options: {
    tls: BunTls;
    /** Not in the official types. */
    isServer?: boolean;
    data?: Other;
    socket: BunSocketHandler<Other>;
  }): [raw: unknown, tls: BunSocket<Other>];
}

/** What is used of a certificate. */
export interface BunCertificate {
  readonly raw?: Uint8Array;
  readonly fingerprint256?: string;
  readonly subject?: { readonly CN?: string | string[] };
}

/** What is used of the options of TLS. */
export interface BunTls {
  cert?: string;
  key?: string;
  ca?: string;
  /** In the format of the extension; a list of names throws. */
  ALPNProtocols?: Uint8Array<ArrayBuffer>;
  requestCert?: boolean;
  rejectUnauthorized?: boolean;
  serverName?: string;
}

/** What is used of `Bun.TCPSocketListener` and `Bun.UnixSocketListener`. */
export interface BunListener {
  stop(closeActiveConnections?: boolean): void;
}

/** What is used of `Bun.TCPSocketListener`. */
export interface BunTcpListener extends BunListener {
  readonly hostname: string;
  readonly port: number;
  /** Not in the official types. */
  getsockname?(out: { address?: string; port?: number }): void;
}

/** The callbacks of a socket of Bun. */
export interface BunSocketHandler<Data> {
  /** With a `handshake` handler, it is called before the handshake. */
  open(socket: BunSocket<Data>): void;
  /** Left out where TLS takes the socket over: it would be told of what is encrypted. */
  data?(socket: BunSocket<Data>, chunk: Uint8Array): void;
  drain(socket: BunSocket<Data>): void;
  end(socket: BunSocket<Data>): void;
  close(socket: BunSocket<Data>, error?: Error): void;
  error(socket: BunSocket<Data>, error: Error): void;
  /** `error` may be set although it succeeded. */
  handshake?(socket: BunSocket<Data>, success: boolean, error: Error | null): void;
  readonly binaryType: "uint8array";
}

/** What the callbacks of a socket need. */
interface BunSocketOptions<Data> {
  allowHalfOpen: boolean;
  socket: BunSocketHandler<Data>;
}

/** How to connect. */
interface BunConnectOptions<Data> extends BunSocketOptions<Data> {
  data: Data;
}

/** What is used of the global `Bun`. */
export interface BunNamespace {
  listen<Data>(
    options: BunSocketOptions<Data> & {
      hostname: string;
      port: number;
      reusePort: boolean;
      ipv6Only: boolean;
    },
  ): BunTcpListener;
  listen<Data>(options: BunSocketOptions<Data> & { unix: string }): BunListener;
  connect<Data>(
    options: BunConnectOptions<Data> & { hostname: string; port: number },
  ): Promise<BunSocket<Data>>;
  connect<Data>(options: BunConnectOptions<Data> & { unix: string }): Promise<BunSocket<Data>>;
}

/** The global `Bun`; there is none on other runtimes. */
export function bun(): BunNamespace {
  // No types of Bun are needed to compile this: what is used stands above, and test/types holds it.
  return (globalThis as unknown as { Bun: BunNamespace }).Bun;
}
