/** HTTP over the connections of a worker; tells how many requests it has answered. */

import { httpConnection } from "../../../http/serve_http.ts";
import type { Connection } from "../../../mod.ts";
import type { ParallelContext, WorkerContext } from "../../../parallel/handler.ts";

let requests = 0;

export async function handler(connection: Connection, context: ParallelContext): Promise<void> {
  await httpConnection(connection, async (request) => {
    // A time, as nobody here can be told when: long enough to be under way when the others go on.
    if (request.url.endsWith("/slow")) await new Promise((resolve) => setTimeout(resolve, 50));
    requests++;
    return new Response(`${context.worker} ${context.restarts}`);
  }, { signal: context.draining });
  context.post({ requests });
}

/** The number, when it is asked for. */
export function onMessage(message: unknown, { post }: WorkerContext): void {
  if (message === "throw") throw new Error("nobody has asked for that");
  post({ requests, answer: message });
}
