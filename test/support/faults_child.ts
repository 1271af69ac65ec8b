/** A process of a test, with a limit of open files. */

import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { TestContext } from "./harness.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Raises or lowers the limit of open files, and says so when that cannot be done. */
const LIMITED = `ulimit -n "$0" || {
  echo "Cannot have $0 open files: the hard limit is $(ulimit -Hn)" >&2; exit 1;
}
exec "$@"`;

/** A process that is talked to line by line. */
export class Child {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  #errors = "";
  #ended = false;
  #changed: () => void = () => undefined;

  constructor(t: TestContext, command: readonly string[], files: number) {
    this.#child = spawn("sh", ["-c", LIMITED, String(files), ...command], {
      cwd: root,
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
    });
    let rest = "";
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.#lines.push(...lines);
      this.#changed();
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => this.#errors += text);
    this.#child.stdin?.on("error", () => undefined);
    const closed = new Promise<void>((resolve) => this.#child.once("close", () => resolve()));
    void closed.then(() => {
      this.#ended = true;
      this.#changed();
    });
    t.defer(async () => {
      this.#child.stdin?.end();
      const timer = setTimeout(() => this.#child.kill("SIGKILL"), 5_000);
      await closed;
      clearTimeout(timer);
    });
  }

  /** The process, which is no shell any more. */
  get pid(): number {
    return this.#child.pid ?? NaN;
  }

  /** Whether it is alive. */
  get alive(): boolean {
    return !this.#ended;
  }

  /** What it has complained about. */
  get errors(): string {
    return this.#errors;
  }

  /** The next line that it prints. */
  async line(): Promise<string> {
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) return line;
      if (this.#ended) throw new Error(`the process has ended: ${this.#errors}`);
      await new Promise<void>((resolve) => this.#changed = resolve);
    }
  }

  /** Gives it a line of input; the line that it prints then. */
  async ask(): Promise<string> {
    this.#child.stdin?.write("\n");
    return await this.line();
  }
}
