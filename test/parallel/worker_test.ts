/** The file that a worker runs, as a process; test/parallel/launch_*_test.ts has the rest of it. */

import { assertEquals } from "#assert";
import process from "node:process";
import { processLauncher } from "../../parallel/launch_process.ts";
import { runtime, test } from "../support/harness.ts";
import { Launched } from "./launched.ts";

const launch = processLauncher(5_000);

test(`a worker process leaves the signals of the terminal to its caller, on ${runtime}`, async (t) => {
  const worker = await Launched.start(t, launch);
  worker.link.post({ type: "message", message: "pid" });
  const { message: pid } = await worker.until("message");
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.kill(Number(pid), signal);
  worker.link.post({ type: "ping" });
  await worker.until("pong");
  assertEquals(worker.ends, []);
});

test(`only the first of the errors that nobody catches is the reason, on ${runtime}`, async (t) => {
  const worker = await Launched.start(t, launch);
  worker.link.post({ type: "message", message: "throw late" });
  worker.link.post({ type: "message", message: "throw late" });
  await worker.until("leaving");
  worker.link.post({ type: "ping" });
  await worker.until("pong");
  assertEquals(worker.told.filter(({ type }) => type === "error").length, 1);
  worker.link.post({ type: "leave" });
  assertEquals(await worker.ended(), ["exited: exit code 1"]);
});
