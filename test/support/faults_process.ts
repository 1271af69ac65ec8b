/** Processes of the tests that send masses of clients to a server. */

import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Child } from "./faults_child.ts";
import { runtime, type TestContext } from "./harness.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const server = `${root}test/support/faults_server.ts`;
const load = `${root}test/support/faults_load.ts`;

/** How each runtime runs the server. */
const RUN: Record<typeof runtime, string[]> = {
  node: [],
  deno: ["run", "--no-prompt", "--no-check", "--allow-net", "--allow-read"],
  bun: ["run"],
};

/** The most clients that the load holds. */
const MOST_AT_ONCE = 10_000;

/** How long a runtime may take until it is as it will be. */
const START_MS = 1_500;

/** What the server counts, and what it needs. */
export interface Report {
  readonly accepted: number;
  readonly open: number;
  readonly pending: number;
  readonly refused: number;
  readonly failedAccepts: number;
  /** How many handlers have failed. */
  readonly errors: number;
  /** Resident memory, in bytes. */
  readonly rss: number;
  /** What is in use on the heap, and beside it, in bytes. */
  readonly heap: number;
}

/** The server, on the runtime that runs the tests. */
export class Server {
  /** Where it listens. */
  readonly port: number;
  readonly #child: Child;

  private constructor(child: Child, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** Starts it with so many open files at most; `wrapper` is what runs it. */
  static async listening(
    t: TestContext,
    { files, wrapper = [] }: { readonly files: number; readonly wrapper?: readonly string[] },
  ): Promise<Server> {
    const command = [...wrapper, process.execPath, ...RUN[runtime], server];
    const child = new Child(t, command, files);
    const line = await child.line();
    return new Server(child, Number(/^Listening on (\d+)$/.exec(line)?.[1]));
  }

  /** Whether it is alive. */
  get alive(): boolean {
    return this.#child.alive;
  }

  /**
   * Waits until it has all descriptors that the runtime takes for itself: Deno takes some half a
   * second after its start, and ends when there are none.
   */
  async settled(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, START_MS));
  }

  /** What it counts and needs, when all garbage is gone. */
  async report(): Promise<Report> {
    return JSON.parse(await this.#child.ask()) as Report;
  }

  /** The same, when `open` connections are: what was closed may be on its way still. */
  async reportAt(open: number): Promise<Report> {
    for (let round = 0;; round++) {
      const report = await this.report();
      if (report.open === open || round >= 100) return report;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** How many descriptors it has. */
  async descriptors(): Promise<number> {
    const listed = await this.#look("ls", "fd");
    return listed.trim().split("\n").length;
  }

  /** How much time of a processor it has taken so far, in milliseconds. */
  async processorMs(): Promise<number> {
    const stat = await this.#look("cat", "stat");
    const [user = NaN, system = NaN] = stat.slice(stat.lastIndexOf(")")).split(" ").slice(12)
      .map(Number);
    const ticks = Number(await run("getconf", "CLK_TCK"));
    return (user + system) / ticks * 1_000;
  }

  /** What the system says about it. By a program, as Deno does not let others look. */
  async #look(command: string, name: string): Promise<string> {
    try {
      return await run(command, `/proc/${this.#child.pid}/${name}`);
    } catch (cause) {
      throw new Error(`Cannot look at the server: ${this.#child.errors}`, { cause });
    }
  }
}

/** How many clients have met each fate: see the load. */
export type Fates = Partial<Record<"served" | "ended" | "reset" | "waiting", number>>;

/** Clients, the same ones whatever runtime is under test. */
export class Load {
  readonly #child: Child;

  /** Starts `count` of them; `what` says what they do. */
  constructor(t: TestContext, { port }: Server, what: string, count: number) {
    const node = `${root}node_modules/node/bin/node`;
    // Only those that stay are open at once.
    const files = Math.min(count, MOST_AT_ONCE) + 100;
    this.#child = new Child(t, [node, load, what, String(port), String(count)], files);
  }

  /** What has become of them: waits for it. */
  async fates(): Promise<Fates> {
    return JSON.parse(await this.#child.line()) as Fates;
  }

  /** Waits until it says that they have begun. */
  async begun(): Promise<void> {
    await this.#child.line();
  }

  /** Has them go on; what becomes of them. */
  async goOn(): Promise<Fates> {
    return JSON.parse(await this.#child.ask()) as Fates;
  }
}

async function run(command: string, ...args: string[]): Promise<string> {
  return (await promisify(execFile)(command, args)).stdout;
}
