import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";

/** A program whose standard output is a pipe that nobody reads from, until the end. */
export class Unread {
  /** What it says on its standard error output; `exit` and the exit code at the end. */
  stderr = "";
  readonly #child: ChildProcess;
  readonly #closed: Promise<void>;
  #changed: () => void = () => undefined;
  #running = true;

  /** Starts the runtime with `args`. Not on Windows. */
  constructor(args: readonly string[]) {
    const reader =
      'exec 3<&0; { "$@" </dev/null & echo "pid $!" >&2; wait $!; echo "exit $?" >&2; }';
    this.#child = spawn("sh", ["-c", `${reader} | { read -r line <&3; }`, "sh", ...command(args)], {
      stdio: ["pipe", "ignore", "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.#changed();
    });
    this.#closed = new Promise((resolve) => {
      this.#child.on("close", () => {
        this.#running = false;
        this.#changed();
        resolve();
      });
    });
  }

  /** Waits until the standard error output matches. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stderr);
      if (match) return match;
      if (!this.#running) throw new Error(`it said only: ${this.stderr}`);
      await new Promise<void>((resolve) => this.#changed = resolve);
    }
  }

  /** Sends the program a signal. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const [, pid] = await this.said(/^pid ([0-9]+)\n/m);
    if (!this.stderr.includes("\nexit ")) process.kill(Number(pid), signal);
  }

  /** Lets go of the pipe, and of everything. */
  async end(): Promise<void> {
    if (this.#running) await this.kill("SIGKILL").catch(() => undefined);
    this.#child.stdin?.end("\n");
    await this.#closed;
  }
}

function command(args: readonly string[]): string[] {
  return [process.execPath, ...args];
}
