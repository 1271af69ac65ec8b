/** Workers that are threads. */

import { assertEquals } from "#assert";
import process from "node:process";
import { canMoveSockets, launchThread } from "../../parallel/launch_thread.ts";
import { runtime, test } from "../support/harness.ts";
import { acceptedPair, exchange, Launched } from "./launched.ts";

test(`canMoveSockets() is so on Node from 24.21 and 26.6 on, and not on ${runtime} else`, () => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const can = (major === 24 && minor >= 21) || (major === 26 && minor >= 6) || major > 26;
  assertEquals(canMoveSockets(), runtime === "node" && can);
});

if (canMoveSockets()) {
  test(`a thread takes messages and connections, and leaves when it is told to, on ${runtime}`, async (t) => {
    const worker = await Launched.start(t, launchThread);
    await exchange(t, worker);
    const gone = (await acceptedPair(t)).socket;
    gone.destroy();
    // It cannot be moved any more: the worker counts it all the same.
    worker.link.give(gone);
    while (!worker.told.some((one) => one.type === "count" && one.gone === 2)) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    worker.link.post({ type: "drain" });
    await worker.until("leaving");
    worker.link.post({ type: "leave" });
    assertEquals(await worker.ended(), ["exited: exit code 0"]);
    worker.link.post({ type: "ping" });
    worker.link.kill();
  });

  test(`a thread says what nobody has caught, before it exits, on ${runtime}`, async (t) => {
    const worker = await Launched.start(t, launchThread);
    worker.link.post({ type: "message", message: "throw late" });
    assertEquals(await worker.ended(), [
      "failed: RangeError: nobody catches it",
      "exited: exit code 1",
    ]);
  });

  test(`a thread that exits or hangs is told of, on ${runtime}`, async (t) => {
    const [exits, hangs] = await Promise.all([1, 2].map(() => Launched.start(t, launchThread)));
    exits?.link.post({ type: "message", message: "exit" });
    assertEquals(await exits?.ended(), ["exited: exit code 3"]);
    hangs?.link.post({ type: "message", message: "hang" });
    hangs?.link.kill();
    assertEquals(await hangs?.ended(), ["exited: exit code 1"]);
  });

  test(`a thread that would be told what cannot be copied has failed, on ${runtime}`, async (t) => {
    const worker = await Launched.start(t, launchThread);
    worker.link.post({ type: "message", message: () => undefined });
    assertEquals(await worker.ended(), [
      "failed: DataCloneError: () => undefined could not be cloned.",
      "exited: exit code 1",
    ]);
  });
}
