/** A server that echoes, in memory or on a socket; it must find nothing to report. */

import { listen as listenMemory } from "../../adapters/memory.ts";
import type { Listener } from "../../core/listener.ts";
import { serveHttp } from "../../http/serve_http.ts";
import { listen } from "../../mod.ts";
import { connectSocket } from "../conformance/sockets/socket_peer.ts";
import type { TestContext } from "../support/harness.ts";
import { echo } from "./answers.ts";
import { type Wire, wireOf, wireOfSocket } from "./wire.ts";

/** Connects to a server until the test ends. */
export type Open = () => Promise<Wire>;

/** Each way to reach a server. */
export const SERVERS: Record<string, (t: TestContext) => Promise<Open>> = {
  memory: async (t) => {
    const listener = await listenMemory({ port: 0 });
    serve(t, listener);
    return async () => wireOf(await listener.connect());
  },
  "a socket": async (t) => {
    const listener = await listen({ port: 0 });
    serve(t, listener);
    return async () => wireOfSocket(await connectSocket(listener.addr));
  },
};

function serve(t: TestContext, listener: Listener): void {
  const stop = new AbortController();
  const errors: unknown[] = [];
  const onRequestError = (error: unknown) => void errors.push(error);
  const served = serveHttp(listener, echo, { signal: stop.signal, grace: 0, onRequestError });
  t.defer(async () => {
    stop.abort();
    await served;
    if (errors.length > 0) throw new AggregateError(errors, `reported: ${errors.join("; ")}`);
  });
}
