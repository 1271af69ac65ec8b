/**
 * What an adapter of your own is made of.
 *
 * An adapter gives sockets in callback form ({@linkcode Transport}) to {@linkcode TransportConnection},
 * which does the rest: the waiting, the errors, half-close, the lingering close, the time limits.
 * Connections that come by themselves go to a {@linkcode PushAcceptor}, those that have to be asked
 * for to a {@linkcode PullAcceptor}; either one makes a listener of {@linkcode BoundListener}. Then
 * `@incoming/net/conformance` says what is missing.
 *
 * Any other implementation of `Listener` and `Connection` is as good: nothing in the library asks for
 * these classes.
 *
 * @example A listener without a network, on which one end of a pair arrives
 * ```ts
 * import { BoundListener, PushAcceptor, TransportConnection } from "@incoming/net/adapter";
 *
 * const addr = { transport: "memory", hostname: "memory", port: 1 } as const;
 * const acceptor = new PushAcceptor({ maxPending: 16, onAcceptError: undefined, stop: () => undefined });
 * const listener = new BoundListener(addr, acceptor);
 *
 * // A peer that has nothing to say, and takes everything.
 * acceptor.offer(
 *   new TransportConnection((events) => ({
 *     resume: () => queueMicrotask(() => events.ended()),
 *     write: () => true,
 *     shutdown: () => undefined,
 *     release: () => events.closed(),
 *     reset: () => events.closed(),
 *   }), { localAddr: addr, remoteAddr: addr }),
 * );
 * for await (const connection of listener.incoming()) {
 *   const chunk = await connection.read();
 *   await connection.close();
 *   if (chunk !== null) throw new Error("it had something to say");
 *   break;
 * }
 * ```
 *
 * @module
 */

export type { Handshake } from "../core/accept_loop.ts";
export { type Acceptor, type AcceptorInit, PullAcceptor, PushAcceptor } from "../core/acceptor.ts";
export type { Adapter, Listen, WithTls } from "../core/adapter.ts";
export type { Watchable } from "../core/answers.ts";
export type { Admission } from "../core/arrivals.ts";
export { BoundListener } from "../core/bound_listener.ts";
export {
  resolveConnectOptions,
  type ResolvedConnectCommon,
  type ResolvedConnectOptions,
  type ResolvedTcpConnect,
  type ResolvedTlsConnectOptions,
  type ResolvedUnixConnect,
} from "../core/connect_options.ts";
export type { DirectReader, MaybeDirect, Notify } from "../core/direct_reader.ts";
export { closedError, codeOf, connectionError, networkError } from "../core/errors.ts";
export { maxConnectionsOf } from "../core/file_limit.ts";
export {
  type ResolvedCommon,
  type ResolvedListenOptions,
  type ResolvedTcp,
  type ResolvedTlsListenOptions,
  type ResolvedUnix,
  resolveListenOptions,
} from "../core/listen_options.ts";
export {
  acceptedConnection,
  type AcceptedInit,
  offerAccepted,
  type OpenTransport,
} from "../core/proxied.ts";
export type { ResolvedProxyProtocol } from "../core/proxy_protocol.ts";
export { DEFAULT_TIMEOUTS, type ResolvedTimeouts } from "../core/timeouts.ts";
export { systemTimers } from "../core/timers.ts";
export type { Transport, TransportEvents } from "../core/transport.ts";
export { TransportConnection, type TransportConnectionInit } from "../core/transport_connection.ts";
