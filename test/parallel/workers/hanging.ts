/** Says who it is, and hangs when it is told to. */

import process from "node:process";
import type { WorkerContext } from "../../../parallel/handler.ts";

export const handler = (): void => undefined;

export function onMessage(message: unknown, { post }: WorkerContext): void {
  post(process.pid);
  // What it has said is on its way.
  if (message === "hangs") {
    setTimeout(() => {
      for (;;);
    }, 50);
  }
}
