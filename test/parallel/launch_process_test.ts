/** Workers that are processes. */

import { assertEquals, assertThrows } from "#assert";
import { processLauncher } from "../../parallel/launch_process.ts";
import { runtime, test } from "../support/harness.ts";
import { acceptedPair, exchange, Launched } from "./launched.ts";

const launch = processLauncher(5_000);

test(`a process takes messages and connections, and leaves when it is told to, on ${runtime}`, async (t) => {
  const worker = await Launched.start(t, launch);
  await exchange(t, worker);
  worker.link.post({ type: "drain" });
  await worker.until("leaving");
  assertEquals(worker.ends, []);
  worker.link.post({ type: "leave" });
  assertEquals(await worker.ended(), ["exited: exit code 0"]);
  // It is gone: nobody is told, nobody takes anything, and nothing is thrown.
  worker.link.post({ type: "ping" });
  const late = await acceptedPair(t);
  worker.link.give(late.socket);
  assertEquals(await late.client.read().catch(() => null), null);
  worker.link.kill();
});

test(`a process says what nobody has caught, before it exits, on ${runtime}`, async (t) => {
  const worker = await Launched.start(t, launch);
  worker.link.post({ type: "message", message: "throw late" });
  const { error, fatal } = await worker.until("error");
  assertEquals([error.name, error.message, fatal], ["RangeError", "nobody catches it", true]);
  await worker.until("leaving");
  worker.link.post({ type: "leave" });
  assertEquals(await worker.ended(), ["exited: exit code 1"]);
});

test(`a process that exits or hangs is told of, on ${runtime}`, async (t) => {
  const [exits, hangs] = await Promise.all([1, 2].map(() => Launched.start(t, launch)));
  exits?.link.post({ type: "message", message: "exit" });
  assertEquals(await exits?.ended(), ["exited: exit code 3"]);
  hangs?.link.post({ type: "message", message: "hang" });
  hangs?.link.kill();
  assertEquals(await hangs?.ended(), ["exited: SIGKILL"]);
  const types = new Set(hangs?.told.map(({ type }) => type));
  assertEquals([...types].filter((type) => type !== "count"), ["up", "ready"]);
});

test(`a process that would be told what cannot be copied has failed, on ${runtime}`, async (t) => {
  const worker = await Launched.start(t, launch);
  assertThrows(() => worker.link.copy(() => undefined));
  assertEquals(worker.link.copy(new Map([[1, "one"]])), new Map([[1, "one"]]));
  worker.link.post({ type: "message", message: () => undefined });
  const [failed = "", exited] = await worker.ended();
  assertEquals([
    /^failed: .*could ?n[o']t be cloned|^failed: .*can not be cloned/.test(failed),
    exited,
  ], [
    true,
    "exited: SIGKILL",
  ]);
});
