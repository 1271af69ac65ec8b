/** Two worker processes, one of which hangs, while the other one leaves; says who they are. */

import process from "node:process";
import { processLauncher } from "../../../parallel/launch_process.ts";
import type { FromWorker } from "../../../parallel/messages.ts";
import { INIT } from "../fake_workers.ts";

const launch = processLauncher(1_000);
const module = new URL("./hanging.ts", import.meta.url).href;

/** Starts one; resolves with its number when it has said that, and, if it leaves, has left. */
function started(name: "hangs" | "leaves"): Promise<unknown> {
  return new Promise((resolve) => {
    let pid: unknown;
    const message = (said: FromWorker): void => {
      if (said.type === "ready") link.post({ type: "message", message: name });
      if (said.type !== "message") return;
      pid = said.message;
      if (name === "leaves") link.post({ type: "leave" });
      else resolve(pid);
    };
    const link = launch({ message, failed: () => undefined, exited: () => resolve(pid) });
    link.post({ type: "start", init: { ...INIT, module } });
  });
}

void Promise.all([started("hangs"), started("leaves")])
  .then((pids) => process.stdout.write(`${pids.join(" ")}\n`));
