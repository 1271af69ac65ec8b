/**
 * The file that a worker runs, as a thread or as a process. It is no module to import.
 *
 * @module
 */

import type { Socket } from "node:net";
import process from "node:process";
import { parentPort } from "node:worker_threads";
import {
  type FromWorker,
  pack,
  type Packed,
  packError,
  type ToWorker,
  unpack,
} from "./messages.ts";
import { WorkerRun } from "./worker_run.ts";

/** How often a process on Deno looks whether its caller is there, in milliseconds. */
const ORPHAN_MS = 500;

if (parentPort !== null) runThread(parentPort);
else if (process.send !== undefined) runProcess(process.send.bind(process));

function runThread(port: NonNullable<typeof parentPort>): void {
  const run = new WorkerRun((message) => port.postMessage(message), () => process.exit(0));
  port.on("message", (message: ToWorker & { readonly socket?: Socket }) => {
    run.take(message, message.socket);
  });
  port.postMessage({ type: "up" } satisfies FromWorker);
}

function runProcess(send: NonNullable<typeof process.send>): void {
  const ignore = (): void => undefined;
  let code = 0;
  const tell = (message: FromWorker): void => {
    // The channel carries JSON, which knows less than what a module may say.
    const sent = message.type === "message" ? pack(message) : message;
    // When the caller is gone, nobody is there to be told.
    if (process.connected) send(sent, undefined, undefined, ignore);
  };
  const run = new WorkerRun(tell, () => process.exit(code));
  process.on("message", (message: Partial<Packed>, socket: unknown) => {
    const { packed } = message;
    // The caller sends nothing else: hence the casts.
    if (packed === undefined) run.take({ type: "connection" }, socket as Socket | undefined);
    else run.take(unpack({ packed }) as ToWorker, undefined);
  });
  // What is under way may still be finished.
  process.on("disconnect", () => run.abandon());
  // Deno does not always tell that: then it is somebody else who has this process now.
  if ("Deno" in globalThis) {
    const { ppid } = process;
    setInterval(() => ppid !== process.ppid && run.abandon(), ORPHAN_MS).unref();
  }
  // Those of the terminal go to every process of the program; the caller sees to what they mean.
  process.on("SIGINT", ignore).on("SIGTERM", ignore).on("SIGHUP", ignore);
  const die = (error: unknown): void => {
    // Only the first one is the reason; those that follow from it change nothing.
    if (code !== 0) return;
    code = 1;
    tell({ type: "error", error: packError(error), fatal: true });
    run.leave();
  };
  process.on("uncaughtException", die).on("unhandledRejection", die);
  tell({ type: "up" });
}
