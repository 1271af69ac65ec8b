/**
 * What runs in a thread of a pool: one function after the other.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";
import { type Answer, packFailure, type Request } from "./threads_wire.ts";

type Transferable = ArrayBuffer | MessagePort;
type Run = (
  input: unknown,
  context: { transfer(value: unknown, list: Transferable[]): unknown },
) => unknown;

/** Runs what is asked for; the result, and what of it is handed over. */
async function run({ module, name, input }: Request): Promise<[unknown, Transferable[]]> {
  const exported = await import(module) as Record<string, unknown>;
  const task = exported[name];
  if (typeof task !== "function") {
    throw new TypeError(`Cannot spawn: ${module} exports no function ${JSON.stringify(name)}`);
  }
  let handedOver: Transferable[] = [];
  const transfer = (value: unknown, list: Transferable[]): unknown => {
    handedOver = list;
    return value;
  };
  return [await (task as Run)(input, { transfer }), handedOver];
}

if (parentPort !== null) {
  const port = parentPort;
  const answer = (message: Answer, list: Transferable[] = []): void =>
    port.postMessage(message, list as ArrayBuffer[]);
  const serve = async (request: Request): Promise<void> => {
    try {
      const [value, list] = await run(request);
      answer({ kind: "result", value }, list);
    } catch (error) {
      // Also of a result that cannot be copied.
      answer({ kind: "failure", failure: packFailure(error) });
    }
  };
  port.on("message", (request: Request) => void serve(request));
  answer({ kind: "ready" });
}
