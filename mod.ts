/**
 * TCP connections as an async stream, the same on Node, Deno and Bun.
 *
 * `listen()` gives a {@linkcode Listener}; its `incoming()` is a {@linkcode Stream} of
 * {@linkcode Connection}s; `forEachConcurrent(handler, { limit })` serves them as they arrive, with
 * a limit that pushes back.
 *
 * @example
 * ```ts
 * import { type Connection, listen } from "@incoming/net";
 *
 * async function handleConnection(connection: Connection): Promise<void> {
 *   try {
 *     for (let chunk = await connection.read(); chunk !== null; chunk = await connection.read()) {
 *       await connection.write(chunk);
 *     }
 *   } finally {
 *     await connection.close();
 *   }
 * }
 *
 * const listener = await listen({ port: 0 });
 * const served = listener.incoming().forEachConcurrent(handleConnection, {
 *   limit: 1000,
 *   onError: (error) => console.error(error),
 * });
 * await listener.close();
 * await served;
 * ```
 *
 * **Layout.** The contract is in `core/`, which names no runtime; `adapters/` has one file a runtime.
 * Each adapter can be imported directly: `@incoming/net/node`, `/deno`, `/bun`; `/memory` is one
 * without a network, for tests.
 *
 * **Cancellation.** Everything that waits ends by an AbortSignal or by closing what it waits for.
 * Leaving a stream closes its source.
 *
 * **Stability.** Before 1.0 a minor version may change the interface; the changelog says how.
 *
 * @module
 */

export type { WithTls } from "./core/adapter.ts";
export {
  type Addr,
  formatAddr,
  type MemoryAddr,
  type StreamAddr,
  type TcpAddr,
  type UnixAddr,
} from "./core/addr.ts";
export { bufferUnordered } from "./core/buffer_unordered.ts";
export { buffered } from "./core/buffered.ts";
export type { BufferedOptions } from "./core/buffered_options.ts";
export { BufferedReader, type ReadLineOptions, type ReadOptions } from "./core/buffered_reader.ts";
export { chunks, type ChunksOptions } from "./core/chunks.ts";
export type {
  CommonConnectOptions,
  ConnectOptions,
  TcpConnectOptions,
  UnixConnectOptions,
} from "./core/connect_options.ts";
export { Connection, type Reader, type Writer } from "./core/connection.ts";
export type { ConnectionFromInit, ConnectionStreams } from "./core/connection_from.ts";
export { copy, type CopyOptions } from "./core/copy.ts";
export { drop } from "./core/drop.ts";
export {
  NetworkError,
  type NetworkErrorCode,
  type NetworkErrorInit,
  NotSupported,
} from "./core/errors.ts";
export { every } from "./core/every.ts";
export { filter } from "./core/filter.ts";
export { find } from "./core/find.ts";
export { flatMap, type Flattenable } from "./core/flat_map.ts";
export { forEach } from "./core/for_each.ts";
export {
  forEachConcurrent,
  type ForEachConcurrentOptions,
  type ItemContext,
} from "./core/for_each_concurrent.ts";
export { encodeFrame, type FrameOptions, frames, writeFrame } from "./core/frames.ts";
export { lines, type LinesOptions } from "./core/lines.ts";
export type {
  CommonListenOptions,
  FdListenOptions,
  Listener,
  ListenerStats,
  ListenOptions,
  TcpListenOptions,
  TlsListener,
  UnixListenOptions,
} from "./core/listener.ts";
export { map } from "./core/map.ts";
export { merge } from "./core/merge.ts";
export { pipe, type PipeOptions, type PipeResult } from "./core/pipe_connections.ts";
export type { ProxyProtocolOptions } from "./core/proxy_protocol.ts";
export { reduce } from "./core/reduce.ts";
export { type Scope, scope, type ScopeOptions } from "./core/scope.ts";
export { type AcquireOptions, type Permit, Semaphore } from "./core/semaphore.ts";
export { serve, type ServeOptions } from "./core/serve.ts";
export type { ServeContext, Served } from "./core/served.ts";
export { some } from "./core/some.ts";
export type { Source } from "./core/source.ts";
export { Stream } from "./core/stream.ts";
export { take } from "./core/take.ts";
export { takeUntil } from "./core/take_until.ts";
export { type TaskToken, TaskTracker } from "./core/task_tracker.ts";
export { timeout, type TimeoutOptions } from "./core/timeout.ts";
export type { Timeouts } from "./core/timeouts.ts";
export type { Timers } from "./core/timers.ts";
export type {
  Certificate,
  PeerCertificate,
  TlsConnectOptions,
  TlsListenOptions,
} from "./core/tls.ts";
export { toArray } from "./core/to_array.ts";
export { connect, listen } from "./adapters/current.ts";

// Started as a program, this is the chapter's web server. In a bundle `main` is true for the bundle,
// whoever imports this: hence the file name.
if ((import.meta as { main?: boolean }).main === true && import.meta.url.endsWith("/mod.ts")) {
  void import("./main.ts").then(({ main }) => main());
}
