/**
 * A worker that is a process of its own: on Bun and Deno, and on a Node that cannot move a connection
 * to another thread.
 *
 * @module
 */

import { spawn } from "node:child_process";
import process from "node:process";
import { entryPath } from "./entry.ts";
import { type FromWorker, pack, type Packed, type ToWorker, unpack } from "./messages.ts";
import { runtimeArguments } from "./runtime_arguments.ts";
import { watch } from "./watchdog.ts";
import type { Launch, WorkerEvents, WorkerLink } from "./worker_link.ts";

/** How long the channel of a process that has ended may stay open, in milliseconds. */
const CHANNEL_MS = 200;

/** How to end each of those that run. */
const running = new Set<() => void>();

function killAll(): void {
  for (const kill of running) kill();
}

/** Starts processes, which have `ms` to finish when this one was killed. */
export function processLauncher(ms: number): Launch {
  return (events) => launchProcess(events, ms);
}

function launchProcess(events: WorkerEvents, ms: number): WorkerLink {
  const child = spawn(process.execPath, [...runtimeArguments(), entryPath()], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  let ended = false;
  const end = (how: string): void => {
    if (ended) return;
    ended = true;
    running.delete(kill);
    if (running.size === 0) process.off("exit", killAll);
    unwatch(() => events.exited(how));
  };
  const kill = (): void => void child.kill("SIGKILL");
  // They end with this process, as threads do, unless it is killed: then they finish first.
  if (running.size === 0) process.on("exit", killAll);
  running.add(kill);
  const unwatch = child.pid === undefined ? (then: () => void) => then() : watch(child.pid, ms);
  child.on("message", (message: FromWorker | Packed) => {
    // worker.ts packs nothing else: hence the cast.
    events.message("packed" in message ? unpack(message) as FromWorker : message);
  });
  child.on("error", (error) => {
    events.failed(error);
    // One that was never there does not exit.
    if (child.pid === undefined) end("it cannot be started");
  });
  child.on("exit", (code, signal) => {
    const how = signal ?? `exit code ${code}`;
    if (!child.connected) return end(how);
    // What it has said last is read before. A process that it has started may hold the channel open.
    const timer = setTimeout(() => child.disconnect(), CHANNEL_MS);
    child.once("disconnect", () => {
      clearTimeout(timer);
      end(how);
    });
  });
  const ignore = (): void => undefined;
  return {
    copy: (message) => unpack(pack(message)),
    post: (message: ToWorker) => {
      try {
        if (child.connected) child.send(pack(message), ignore);
      } catch (error) {
        events.failed(error);
        kill();
      }
    },
    give: (socket) => {
      if (!child.connected) return void socket.destroy();
      child.send({}, socket, (error) => {
        if (error) socket.destroy();
      });
    },
    kill,
  };
}
