/**
 * The handshake of TLS on a socket of Bun.
 *
 * @module
 */

import { networkError } from "../core/errors.ts";
import type { Socket, SocketOwner } from "./bun_transport.ts";

/** What a handshake leads to: one of `finished` and `failed` is called, once. */
export interface HandshakeInit {
  /** Asked when the handshake has succeeded: whether the peer is the one it has to be, or what is wrong. */
  readonly verify: (socket: Socket, error: Error | undefined) => Error | undefined;
  /** How long it may take, in milliseconds. */
  readonly timeout: number;
  /** It has succeeded. */
  readonly finished: (socket: Socket) => void;
  /** It has failed, and the socket is let go; `undefined`: the peer is gone without a word. */
  readonly failed: (error: unknown) => void;
}

/** Owns a socket while its handshake is under way. */
export class Handshake implements SocketOwner {
  readonly #init: HandshakeInit;
  #socket: Socket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  constructor(init: HandshakeInit) {
    this.#init = init;
  }

  /** The time begins. */
  begin(socket: Socket): void {
    this.#socket = socket;
    if (this.#over || this.#init.timeout === Infinity) return;
    this.#timer = setTimeout(() => {
      this.failed(networkError("finish the handshake", "ETIMEDOUT"));
      socket.terminate();
    }, this.#init.timeout);
  }

  handshaken(socket: Socket, success: boolean, error: Error | null): void {
    if (this.#over) return;
    let failure: unknown = error ?? undefined;
    try {
      // A server that asks for no certificate is told of an error although there is none; and one that
      // does is told of success although the certificate is from a stranger.
      if (success) {
        failure = this.#init.verify(socket, error ?? undefined);
        if (failure === undefined) {
          this.#init.finished(socket);
          return this.#end();
        }
      }
    } catch (thrown) {
      // What a peer has put into its certificate is nothing to stumble over.
      failure = thrown;
    }
    this.failed(failure);
    // Not a reset, which would overtake the alert.
    socket.end();
  }

  failed(error: unknown): void {
    if (this.#over) return;
    this.#end();
    this.#init.failed(error);
  }

  closed(error?: Error): void {
    this.failed(error);
  }

  /** Nobody waits for it any more. */
  abandon(): void {
    this.#end();
    this.#socket?.terminate();
  }

  #end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }
}

/** What is wrong with a peer whose certificate Bun has not found good, by the error that it has told. */
export function distrust(socket: Socket, error: Error | undefined): Error | undefined {
  if (socket.authorized) return undefined;
  return error ?? networkError("finish the handshake", "ECERT");
}
