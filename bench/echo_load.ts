/**
 * Who sends and waits for the echo: a process of its own, so that its work is not the server's.
 * Started as a program, it is that process: each line of its input names a port and a number of
 * echoes, and it answers each with a line when they are done.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const CONNECTIONS = 64;
const MESSAGE_BYTES = 64;

/** The process, from the side of the server. */
export class EchoLoad {
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

  /** Has `count` echoes of the server at `port`; resolves when the last has arrived. */
  run(port: number, count: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#done = resolve;
      this.#failed = reject;
      this.#child.stdin?.write(`${port} ${count}\n`);
    });
  }

  stop(): void {
    this.#child.stdin?.end();
  }
}

/** One connection: sends, waits for all of it to come back, and again. */
function pingPong(port: number, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const message = new Uint8Array(MESSAGE_BYTES);
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let [missing, left] = [MESSAGE_BYTES, count];
    socket.on("connect", () => socket.write(message));
    socket.on("error", reject);
    socket.on("close", () => resolve());
    socket.on("data", (chunk) => {
      missing -= chunk.length;
      if (missing > 0) return;
      missing = MESSAGE_BYTES;
      if (--left > 0) socket.write(message);
      else socket.end();
    });
  });
}

async function answer(line: string): Promise<void> {
  const [port = 0, count = 0] = line.split(" ").map(Number);
  const each = Math.ceil(count / CONNECTIONS);
  await Promise.all(Array.from({ length: CONNECTIONS }, () => pingPong(port, each)));
  console.log("done");
}

if (process.argv[1]?.endsWith("echo_load.ts")) {
  createInterface({ input: process.stdin }).on("line", (line) => void answer(line));
}
