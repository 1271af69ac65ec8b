/** Workers that are processes. */

import { assert, assertEquals } from "#assert";
import { processLauncher } from "../../parallel/launch_process.ts";
import { runtime, test } from "../support/harness.ts";
import { acceptedPair, Launched } from "./launched.ts";

const launch = processLauncher(5_000);

test(`a process takes messages and connections, and leaves when it is told to, on ${runtime}`, async (t) => {
  const worker = await Launched.start(t, launch);
  const message = { bytes: new Uint8Array([1, 2]), far: Infinity };
  worker.link.post({ type: "message", message });
  assertEquals((await worker.until("message")).message, message);
  const { client, socket } = await acceptedPair(t);
  worker.link.give(socket);
  await client.write(Uint8Array.of(7));
  assertEquals([await client.read(), await client.read()], [Uint8Array.of(7), null]);
  await client.close();
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
  assert(hangs?.told.every(({ type }) => type === "ready" || type === "count"), "it said more");
});
