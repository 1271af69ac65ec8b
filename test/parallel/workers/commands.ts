/** Does what the lines that come say, and answers each. */

import { existsSync } from "node:fs";
import process from "node:process";
import { threadId } from "node:worker_threads";
import { type Connection, lines } from "../../../mod.ts";
import type { ParallelContext } from "../../../parallel/handler.ts";

const GIVEN_UP_MS = 20_000;

/** Which worker it is, and which thread of which process. */
function identity({ worker, data }: ParallelContext): string {
  return `${worker} ${process.pid}:${threadId} ${String(data)}`;
}

export async function handler(connection: Connection, context: ParallelContext): Promise<void> {
  for await (const line of lines(connection)) {
    const [command, value = ""] = line.split(" ");
    if (command === "busy") {
      // Nothing else runs here meanwhile. The clock is for a test that has failed.
      const end = performance.now() + GIVEN_UP_MS;
      while (!existsSync(value) && performance.now() < end);
    }
    if (command === "hang") { for (;;); }
    if (command === "exit") process.exit(3);
    if (command === "throw") throw new Error(`thrown: ${value}`);
    if (command === "die") {
      setTimeout(() => {
        throw new Error(`nobody catches: ${value}`);
      });
      continue;
    }
    if (command === "later") {
      await connection.write(new TextEncoder().encode("waiting\n"));
      await new Promise<void>((resolve) => {
        if (context.draining.aborted) resolve();
        else context.draining.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    await connection.write(new TextEncoder().encode(`${command} ${identity(context)}\n`));
    if (command === "who") return;
  }
}
