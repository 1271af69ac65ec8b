/**
 * Connecting, with or without TLS.
 *
 * @module
 */

import { isIP } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { formatAddr, type UnixAddr } from "../core/addr.ts";
import type { ResolvedConnectOptions } from "../core/connect_options.ts";
import { networkError } from "../core/errors.ts";
import type { TransportConnection } from "../core/transport_connection.ts";
import { distrust, Handshake } from "./bun_handshake.ts";
import { dial } from "./bun_dial.ts";
import { bunTls, tlsErrorCode } from "./bun_tls.ts";
import {
  connectionOver,
  type Ends,
  type Socket,
  type SocketOwner,
  tcpEnds,
  TELL_OWNER,
} from "./bun_transport.ts";
import type { BunTls } from "./bun_types.ts";

/** Who is at the other end of a unix socket, for a certificate: somebody on this machine. */
const UNIX_HOST = "localhost";

/** Connects, and leaves nothing behind when that fails or takes too long. */
export async function connectWith(options: ResolvedConnectOptions): Promise<TransportConnection> {
  const { signal, timeout } = options;
  // It may have aborted while this file was being loaded.
  signal?.throwIfAborted();
  const attempt = new Attempt(options);
  const onAbort = (): void => attempt.giveUp(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer = timeout === Infinity ? undefined : setTimeout(
    () => attempt.giveUp(networkError(attempt.action, "ETIMEDOUT")),
    timeout,
  );
  try {
    return await attempt.connection;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Owns a socket until there is a connection. */
class Attempt implements SocketOwner {
  readonly action: string;
  readonly #options: ResolvedConnectOptions;
  readonly #tls: BunTls | undefined;
  readonly #outcome = Promise.withResolvers<TransportConnection>();
  /** Lets go of what there is so far. */
  #release: () => void;
  #over = false;

  /** Begins. Throws a TypeError for certificates that cannot be used. */
  constructor(options: ResolvedConnectOptions) {
    this.#options = options;
    this.action = `connect to ${formatAddr(options)}`;
    this.#tls = tlsOptions(options);
    this.#release = dial(options, this);
  }

  /** Settles once. */
  get connection(): Promise<TransportConnection> {
    return this.#outcome.promise;
  }

  giveUp(reason: unknown): void {
    this.#over = true;
    this.#outcome.reject(reason);
    this.#release();
  }

  opened(socket: Socket): void {
    if (this.#over) return socket.terminate();
    this.#release = () => socket.terminate();
    const options = this.#options;
    if (options.path === undefined && !options.noDelay) socket.setNoDelay(false);
    const ends = options.path === undefined ? tcpEnds(socket) : unixEnds(options.path);
    try {
      if (ends === undefined) throw networkError(this.action, "ECONNRESET");
      if (this.#tls === undefined) this.#finish(socket, ends);
      else this.#secure(socket, ends, this.#tls);
    } catch (error) {
      this.failed(error);
      socket.terminate();
    }
  }

  #secure(socket: Socket, ends: Ends, tls: BunTls): void {
    const name = this.#options.tls?.sni ?? UNIX_HOST;
    const handshake = new Handshake({
      verify: (secured, error) => distrust(secured, error) ?? misnamed(secured, name),
      timeout: this.#options.timeouts.handshake,
      finished: (secured) => this.#finish(secured, ends),
      failed: (error) => this.failed(error),
    });
    this.#release = () => handshake.abandon();
    const [, secured] = socket.upgradeTLS({ tls, data: handshake, socket: TELL_OWNER });
    handshake.begin(secured);
  }

  #finish(socket: Socket, ends: Ends): void {
    const { timeouts } = this.#options;
    this.#outcome.resolve(connectionOver(socket, ends, timeouts, this.#tls !== undefined));
    // From now on it is somebody else's, also when there is an abort before that one has learned of it.
    this.#release = () => undefined;
  }

  failed(error: unknown): void {
    this.#outcome.reject(networkError(this.action, tlsErrorCode(error), error));
  }

  closed(error?: Error): void {
    this.failed(error);
  }
}

function unixEnds(path: string): Ends {
  const unix = (path: string): UnixAddr => ({ transport: "unix", path });
  return { localAddr: unix(""), remoteAddr: unix(path) };
}

function tlsOptions(options: ResolvedConnectOptions): BunTls | undefined {
  if (options.tls === undefined) return undefined;
  const { sni = UNIX_HOST, alpn, ca, certificate } = options.tls;
  // An address is not to be sent (RFC 6066, section 3). When none is, Bun takes the host for the name.
  const isHost = isIP(sni) !== 0 && options.path === undefined && sni === options.hostname;
  return {
    ...bunTls("connect", { ...certificate, ca, alpn }),
    serverName: isHost ? "" : sni,
    rejectUnauthorized: true,
  };
}

/** What is wrong when the certificate of the peer is not for `name`. Bun does not always look. */
function misnamed(socket: Socket, name: string): Error | undefined {
  const certificate = socket.getPeerCertificate();
  // It has what is looked at there; bun_types.ts says no more of it: hence the cast.
  return checkServerIdentity(name, certificate as unknown as PeerCertificate);
}
