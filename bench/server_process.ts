/** A server as a process of its own: how it is started, what it costs, and how it ends. */

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import { pathOf, pinned } from "./runtimes.ts";

/** What a process has used, and holds. */
export interface Usage {
  /** Microseconds, user and system. */
  readonly cpu: number;
  /** Bytes of resident memory. */
  readonly rss: number;
}

/** How to start it. */
export interface ServerOptions {
  /** What it prints when it listens, with the port as its first group. */
  readonly port?: RegExp;
  /** Whether it answers questions: see `server.ts`. The others are looked at from outside. */
  readonly controlled?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Gives the port where it does not print one. */
  readonly fixed?: number;
}

/** A tick of /proc/PID/stat, in microseconds. */
const TICK_US = 10_000;

/** Every process that runs, so that none stays when this one ends. */
const running = new Set<ChildProcess>();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

/** A server that runs. */
export class ServerProcess {
  port: number = NaN;
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #controlled: boolean;
  #ended = false;
  #said: string[] = [];
  #wake: () => void = () => undefined;

  private constructor(command: string[], { controlled = true, env = {} }: ServerOptions) {
    const [program = "", ...args] = pinned("server", command);
    this.#controlled = controlled;
    this.#child = spawn(program, args, {
      cwd: pathOf(""),
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, NO_COLOR: "1", ...env },
    });
    running.add(this.#child);
    this.#child.stdin?.on("error", () => undefined);
    this.#lines = createInterface({ input: this.#child.stdout ?? process.stdin });
    this.#lines.on("line", (line) => {
      this.#said.push(line);
      this.#wake();
    });
    this.#child.on("error", () => this.#end());
    this.#child.on("close", () => this.#end());
  }

  /** Starts one, and waits until it listens. */
  static async start(command: string[], options: ServerOptions = {}): Promise<ServerProcess> {
    const server = new ServerProcess(command, options);
    const { port = /^([0-9]+)$/, fixed } = options;
    server.port = fixed ?? Number(port.exec(await server.#line())?.[1]);
    if (!(server.port > 0)) throw new Error(`Cannot read the port of: ${command.join(" ")}`);
    return server;
  }

  get pid(): number {
    return this.#child.pid ?? NaN;
  }

  /** What it has used up to now; with `collect`, when all garbage is gone. */
  async usage(collect = false): Promise<Usage> {
    if (!this.#controlled) return usageOf(this.pid);
    this.#child.stdin?.write(collect ? "collect\n" : "usage\n");
    // It is what server.ts prints.
    return JSON.parse(await this.#line()) as Usage;
  }

  /** Ends it, and waits for that. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    const ended = new Promise((resolve) => this.#child.on("close", resolve));
    this.#child.kill("SIGKILL");
    await ended;
  }

  async #line(): Promise<string> {
    for (;;) {
      const line = this.#said.shift();
      if (line !== undefined) return line;
      if (this.#ended) {
        throw new Error(`Cannot go on: ${this.#child.spawnargs.join(" ")} has ended`);
      }
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  #end(): void {
    this.#ended = true;
    running.delete(this.#child);
    this.#wake();
  }
}

/** As the system counts it: of Linux, in steps of 10 ms. */
function usageOf(pid: number): Usage {
  if (process.platform !== "linux") throw new Error("Cannot measure: the system has no /proc");
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name of the program is in parentheses, and may have spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  const rss = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return { cpu: ticks * TICK_US, rss: Number(rss) * 1024 };
}

/** Forgets the most memory that a process has had. */
export function resetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, "5");
  } catch {
    // Another system than Linux: peakOf tells.
  }
}

/** The most resident memory since then, in bytes; NaN where the system does not tell. */
export function peakOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  } catch {
    return NaN;
  }
}
