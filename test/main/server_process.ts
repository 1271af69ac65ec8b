import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtime, type TestContext } from "../support/harness.ts";

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
  #running = true;
  #changed: () => void = () => undefined;

  /** Starts it with `args`; `run` is what comes before them. */
  constructor(
    args: string[],
    run: string[] = [...RUN[runtime], pathOf("mod.ts")],
    env = {},
    executable: string = process.execPath,
  ) {
    this.#child = spawn(executable, [...run, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1", ...env },
    });
    this.ended = new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      this.#child.on("close", (code, signal) => {
        this.#running = false;
        resolve(code ?? signal ?? "ended");
        this.#changed();
      });
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text) => this.#add("stdout", text));
    this.#child.stderr?.setEncoding("utf8").on("data", (text) => this.#add("stderr", text));
  }

  /** Starts it on a free port, and waits until it listens. `defer` sees to its end. */
  static async listening(
    { defer }: Pick<TestContext, "defer">,
    ...args: string[]
  ): Promise<ServerProcess & { port: number }> {
    const server = new ServerProcess(["--port", "0", ...args]);
    defer(() => server.kill("SIGKILL"));
    const [, port] = await server.said(/^Listening on https?:\/\/127\.0\.0\.1:([0-9]+)\/\n/);
    return Object.assign(server, { port: Number(port) });
  }

  /** Its number. */
  get pid(): number {
    return this.#child.pid ?? NaN;
  }

  /** Waits until the standard output matches. */
  said(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#until(() => pattern.exec(this.stdout));
  }

  /** Waits until the standard error output matches. */
  complained(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#until(() => pattern.exec(this.stderr));
  }

  async #until(look: () => RegExpExecArray | null): Promise<RegExpExecArray> {
    for (;;) {
      const match = look();
      if (match) return match;
      if (!this.#running) throw new Error(`it said only: ${this.stdout}${this.stderr}`);
      await new Promise<void>((resolve) => this.#changed = resolve);
    }
  }

  /** Sends it a signal; resolves with what it ended by. */
  async kill(signal: NodeJS.Signals): Promise<number | string> {
    // Not child.kill(): on Deno the signal counts then as what ended it, whatever the exit code.
    if (this.#running) process.kill(this.pid, signal);
    return await this.ended;
  }

  /** Closes the pipe that it writes to. */
  async deafen(): Promise<void> {
    const { stdout } = this.#child;
    await new Promise<void>((resolve) => {
      stdout?.once("close", () => resolve());
      stdout?.destroy();
    });
  }

  #add(stream: "stdout" | "stderr", text: string): void {
    this[stream] += text;
    this.#changed();
  }
}

/** Runs it to its end, which `defer` sees to: the exit code, and both outputs. */
export async function runServer(
  { defer }: Pick<TestContext, "defer">,
  args: string[],
  run?: string[],
): Promise<{ code: number | string; stdout: string; stderr: string }> {
  const server = new ServerProcess(args, run);
  defer(() => server.kill("SIGKILL"));
  const code = await server.ended;
  return { code, stdout: server.stdout, stderr: server.stderr };
}
