import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtime } from "../support/harness.ts";

/** How the runtime that runs the tests runs a program. */
export const RUN: Record<typeof runtime, string[]> = {
  node: [],
  deno: ["run", "--no-prompt", "--allow-net", "--allow-read"],
  bun: ["run"],
};

/** The path of a file of the project. */
export function pathOf(name: string): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url));
}

/** mod.ts as a process of its own, on the runtime that runs the tests. */
export class ServerProcess {
  stdout = "";
  stderr = "";
  /** The exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
  readonly #child: ChildProcess;
  #changed: () => void = () => undefined;

  /** Starts it with `args`; `run` is what comes before them. */
  constructor(args: string[], run: string[] = [...RUN[runtime], pathOf("mod.ts")], env = {}) {
    this.#child = spawn(process.execPath, [...run, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1", ...env },
    });
    this.ended = new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      this.#child.on("close", (code, signal) => {
        resolve(code ?? signal ?? "ended");
        this.#changed();
      });
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text) => this.#add("stdout", text));
    this.#child.stderr?.setEncoding("utf8").on("data", (text) => this.#add("stderr", text));
  }

  /** Starts it on a free port, and waits until it listens. `defer` sees to its end. */
  static async listening(
    { defer }: { defer(cleanup: () => unknown): void },
    ...args: string[]
  ): Promise<ServerProcess & { port: number }> {
    const server = new ServerProcess(["--port", "0", ...args]);
    defer(() => server.kill("SIGKILL"));
    const [, port] = await server.said(/^Listening on http:\/\/127\.0\.0\.1:([0-9]+)\/\n/);
    return Object.assign(server, { port: Number(port) });
  }

  /** Waits until the standard output matches. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    let ended = false;
    void this.ended.then(() => ended = true);
    for (;;) {
      const match = pattern.exec(this.stdout);
      if (match) return match;
      if (ended) throw new Error(`it said only: ${this.stdout}${this.stderr}`);
      await new Promise<void>((resolve) => this.#changed = resolve);
    }
  }

  /** Sends it a signal; resolves with what it ended by. */
  async kill(signal: NodeJS.Signals): Promise<number | string> {
    this.#child.kill(signal);
    return await this.ended;
  }

  #add(stream: "stdout" | "stderr", text: string): void {
    this[stream] += text;
    this.#changed();
  }
}

/** Runs it to its end: the exit code, and both outputs. */
export async function runServer(args: string[], run?: string[]) {
  const server = new ServerProcess(args, run);
  const code = await server.ended;
  return { code, stdout: server.stdout, stderr: server.stderr };
}
