/** The process of `client.ts`, from the side of who asks it. */

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { ClientRequest } from "./client.ts";
import { commandOf, pinned } from "./runtimes.ts";

/** Does one thing after the other. */
export class ClientProcess {
  readonly #child: ChildProcess;
  #answer: (line: string) => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;

  /** Starts it. It ends with this process, whose end closes its input. */
  constructor() {
    // Bun's sockets cost least: whoever is measured has more to do.
    const [program = "", ...args] = pinned("load", commandOf("bun", "client.ts"));
    this.#child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.#child.stdout ?? process.stdin })
      .on("line", (line) => this.#answer(line));
    const end = () => this.#fail(new Error("Cannot go on: the client has ended"));
    this.#child.on("error", end).on("close", end);
  }

  /** Has it do `request`; resolves when that is done. */
  async ask<T>(request: ClientRequest): Promise<T> {
    const line = await new Promise<string>((resolve, reject) => {
      this.#answer = resolve;
      this.#fail = reject;
      this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    });
    // It is what client.ts prints for such a request.
    const answer = JSON.parse(line) as T | { error: string };
    if (typeof answer === "object" && answer !== null && "error" in answer) {
      throw new Error(answer.error);
    }
    return answer;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.on("close", resolve));
    this.#child.stdin?.end();
    await ended;
  }
}
