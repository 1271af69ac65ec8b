/**
 * Processes beside the server of bench/parallel.ts, each of which takes orders by lines: `compute N`
 * computes N times what a request costs, with nothing of a server; `connect PORT N` makes N
 * connections, some at a time, each for one byte there and back. Each answers with a line when it is done.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { compute } from "./parallel_worker.ts";

const AT_A_TIME = 8;

/** Such a process. */
export class Helper {
  readonly #child: ChildProcess;
  #done: () => void = () => undefined;
  #failed: (error: Error) => void = () => undefined;

  constructor() {
    const options = "Deno" in globalThis ? ["run", "--allow-all", "--no-check"] : [];
    const file = fileURLToPath(import.meta.url);
    this.#child = spawn(process.execPath, [...options, file], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#child.stdout?.on("data", () => this.#done());
    this.#child.on("exit", (code) => this.#failed(new Error(`The load has ended: ${code}`)));
  }

  /** Resolves when it has done that. */
  order(line: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#done = resolve;
      this.#failed = reject;
      this.#child.stdin?.write(`${line}\n`);
    });
  }

  stop(): void {
    this.#child.stdin?.end();
  }
}

/** One connection, for one byte. */
function visit(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.on("connect", () => socket.write("\0"));
    socket.on("data", () => socket.end());
    socket.on("error", reject);
    socket.on("close", () => resolve());
  });
}

async function answer(line: string): Promise<void> {
  const [order, first = "", second = ""] = line.split(" ");
  if (order === "compute") { for (let left = Number(first); left > 0; left--) compute(left); }
  else {
    let left = Number(second);
    await Promise.all(Array.from({ length: AT_A_TIME }, async () => {
      while (left-- > 0) await visit(Number(first));
    }));
  }
  console.log("done");
}

if (process.argv[1]?.endsWith("parallel_load.ts")) {
  createInterface({ input: process.stdin }).on("line", (line) => void answer(line));
}
