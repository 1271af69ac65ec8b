/**
 * The file that a worker runs, as a thread or as a process. It is no module to import.
 *
 * @module
 */

import type { Socket } from "node:net";
import process from "node:process";
import { deserialize } from "node:v8";
import { parentPort } from "node:worker_threads";
import { type FromWorker, packError, type ToWorker } from "./messages.ts";
import { WorkerRun } from "./worker_run.ts";

/** How long a process stays after its last word, in milliseconds. */
const FLUSH_MS = 50;

if (parentPort !== null) runThread(parentPort);
else if (process.send !== undefined) runProcess(process.send.bind(process));

function runThread(port: NonNullable<typeof parentPort>): void {
  const run = new WorkerRun((message) => port.postMessage(message), () => process.exit(0));
  port.on("message", (message: ToWorker & { readonly socket?: Socket }) => {
    run.take(message, message.socket);
  });
}

function runProcess(send: NonNullable<typeof process.send>): void {
  // When the caller is gone, nobody is there to be told.
  const ignore = (): void => undefined;
  const tell = (message: FromWorker): void => {
    if (process.connected) send(message, undefined, undefined, ignore);
  };
  const exit = (code: number): void => {
    // On Deno what was sent may still be under way when it is said to be sent.
    const leave = (): void => void setTimeout(() => process.exit(code), FLUSH_MS);
    if (process.connected) send({ type: "pong" }, undefined, undefined, leave);
    else leave();
  };
  const run = new WorkerRun(tell, () => exit(0));
  process.on("message", (message: { readonly packed?: string }, socket: unknown) => {
    const { packed } = message;
    if (packed === undefined) run.take({ type: "connection" }, socket as Socket | undefined);
    else run.take(deserialize(Buffer.from(packed, "base64")) as ToWorker, undefined);
  });
  // What is under way may still be finished.
  process.on("disconnect", () => run.drain());
  // Those of the terminal go to every process of the program; the caller sees to the end.
  process.on("SIGINT", ignore).on("SIGTERM", ignore);
  const die = (error: unknown): void => {
    tell({ type: "error", error: packError(error), fatal: true });
    exit(1);
  };
  process.on("uncaughtException", die).on("unhandledRejection", die);
}
