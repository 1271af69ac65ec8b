/** watch: worker processes that stand still do not outlive their caller for long. */

import { assertEquals } from "#assert";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import process from "node:process";
import { watch } from "../../parallel/watchdog.ts";
import { pathOf, RUN, ServerProcess } from "../main/server_process.ts";
import { runtime, test, type TestContext } from "../support/harness.ts";

/** A process that does nothing, for long. */
function sleeper(t: TestContext): ChildProcess {
  const child = spawn("sleep", ["60"], { stdio: "ignore" });
  t.defer(() => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    return new Promise((resolve) => {
      child.once("exit", resolve);
      child.kill("SIGKILL");
    });
  });
  return child;
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Deno may not read these files itself. */
function childrenOf(pid: number): number[] {
  const script = `grep -l "^PPid:[[:space:]]*${pid}$" /proc/[0-9]*/status 2>/dev/null`;
  const { stdout } = spawnSync("/bin/sh", ["-c", script], { encoding: "utf8" });
  return [...stdout.matchAll(/\d+/g)].map(Number);
}

if (process.platform === "linux") {
  test(`watch() leaves nothing when nobody is to be watched any more, on ${runtime}`, async (t) => {
    const unwatches = [sleeper(t), sleeper(t)].map(({ pid = 0 }) => watch(pid, 1_000));
    // The harness sees to it that the process that has watched is gone.
    for (const unwatch of unwatches) await new Promise<void>((resolve) => unwatch(resolve));
  });

  test(`a worker process that hangs is ended when its caller was killed, on ${runtime}`, async (t) => {
    const granted = runtime === "deno" ? ["--allow-run", "--allow-env", "--allow-write"] : [];
    const file = pathOf("test/parallel/workers/watching.ts");
    const caller = new ServerProcess([], [...RUN[runtime], ...granted, file]);
    t.defer(() => caller.kill("SIGKILL"));
    const [, hangs, left] = await caller.said(/^(\d+) (\d+)\n$/);
    assertEquals([runs(Number(hangs)), runs(Number(left))], [true, false]);
    const children = childrenOf(caller.pid).filter((pid) => pid !== Number(hangs));
    assertEquals(children.length, 1);
    await caller.kill("SIGKILL");
    // The end of a process that is no child of ours is told to nobody: so it is asked for.
    for (const pid of [Number(hangs), ...children]) {
      while (runs(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
}

test(`watch() without a limit watches nobody, on ${runtime}`, async () => {
  await new Promise<void>((resolve) => watch(process.pid, Infinity)(resolve));
});
