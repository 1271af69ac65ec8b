/**
 * The load of our own, on Bun: asks again and again, holds connections, or has a large body sent
 * back. Each line of its input is a {@linkcode ClientRequest}, and is answered by one line.
 */

import process from "node:process";
import { createInterface } from "node:readline";
import { exchange, hold, release, sendBody } from "./client_hold.ts";
import { type Demand, load } from "./client_load.ts";
import type { MessageName } from "./messages.ts";

/** What it is asked to do. */
export type ClientRequest =
  | { readonly load: Demand; readonly port: number; readonly seconds: number }
  | { readonly hold: number; readonly port: number }
  | { readonly exchange: MessageName }
  | { readonly body: number; readonly port: number }
  | { readonly release: true };

function answer(request: ClientRequest): Promise<unknown> {
  if ("load" in request) return load(request.port, request.seconds, request.load);
  if ("hold" in request) return hold(request.port, request.hold);
  if ("exchange" in request) return exchange(request.exchange);
  if ("body" in request) return sendBody(request.port, request.body);
  return release();
}

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  // Only client_process.ts asks.
  void answer(JSON.parse(line) as ClientRequest)
    .catch((error: unknown) => ({ error: String(error) }))
    .then((done) => console.log(JSON.stringify(done)));
});
lines.on("close", () => process.exit(0));
