/**
 * A worker that is a thread of this process: on Node, where a connection can be moved to another one.
 *
 * @module
 */

import { Socket } from "node:net";
import { MessageChannel, type Transferable, Worker } from "node:worker_threads";
import { codeOf } from "../core/errors.ts";
import { ENTRY } from "./entry.ts";
import type { ToWorker } from "./messages.ts";
import type { WorkerEvents, WorkerLink } from "./worker_link.ts";

/** Whether a socket can be moved to a thread: on Node from 24.21 and 26.6 on. */
export function canMoveSockets(): boolean {
  const { port1 } = new MessageChannel();
  const socket = new Socket();
  try {
    // It is not connected: what knows how to move one says so, the others do not know what it is.
    port1.postMessage(socket, transfer(socket));
    return false;
  } catch (error) {
    return codeOf(error, "") === "ERR_WORKER_HANDLE_NOT_TRANSFERABLE";
  } finally {
    socket.destroy();
    port1.close();
  }
}

/** Starts a thread. */
export function launchThread(events: WorkerEvents): WorkerLink {
  const worker = new Worker(ENTRY, { name: "@incoming/net worker" });
  worker.on("message", events.message);
  worker.on("error", events.failed);
  worker.on("exit", (code) => events.exited(`exit code ${code}`));
  const kill = (): void => void worker.terminate();
  return {
    copy: structuredClone,
    post: (message: ToWorker) => {
      try {
        worker.postMessage(message);
      } catch (error) {
        events.failed(error);
        kill();
      }
    },
    give: (socket) => {
      try {
        const message = { type: "connection", socket };
        worker.postMessage(message, transfer(socket));
      } catch {
        // Its peer has gone in the meantime: the worker counts what it gets, so it is told.
        socket.destroy();
        worker.postMessage({ type: "connection" });
      }
    },
    kill,
  };
}

/** Not every version of the types knows that a socket can be moved. */
function transfer(socket: unknown): Transferable[] {
  return [socket as Transferable];
}
