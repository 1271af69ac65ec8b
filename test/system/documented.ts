/** What docs/running.md has, to be run as it stands there; and clients who ask all the time. */

import { assert } from "#assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type NetConnectOpts } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathOf, RUN, ServerProcess } from "../main/server_process.ts";
import { runtime, type TestContext } from "../support/harness.ts";
import { textOf } from "../support/markdown.ts";

export const PAGE: string = textOf("docs/running.md");

/** The example that begins with a comment of that name. */
export function documented(name: string): string {
  const start = `\n# ${name}\n`;
  const block = PAGE.split(/^```.*$/m).find((text) => text.startsWith(start));
  if (block === undefined) throw new Error(`docs/running.md has no ${name}`);
  return block.slice(start.length);
}

/** Puts something else in the place of each key; all of them have to be there. */
export function filled(text: string, values: Record<string, string>): string {
  for (const [from, to] of Object.entries(values)) {
    assert(text.includes(from), `the example has ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

/** A folder that is gone when the test ends. */
export function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), "incoming-"));
  t.defer(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

const [SMALL, LARGE] = ["<h1>Here</h1>\n", "0123456789abcde\n".repeat(16_384)];

/** What is served: a small file and a large one. */
export function site(t: TestContext): string {
  const root = folder(t);
  writeFileSync(join(root, "index.html"), SMALL);
  writeFileSync(join(root, "large.txt"), LARGE);
  return root;
}

/** The program, when it listens: `--port 0` unless `args` say another. */
export async function program(
  t: TestContext,
  args: string[],
  grants: string[] = [],
): Promise<ServerProcess & { port: number }> {
  const run = [...RUN[runtime], ...(runtime === "deno" ? grants : []), pathOf("mod.ts")];
  const server = new ServerProcess(args, run);
  t.defer(() => server.kill("SIGKILL"));
  const [, port] = await server.said(/^Listening on http:\/\/[^/]*:([0-9]+)\//m);
  return Object.assign(server, { port: Number(port) });
}

/** The whole answer to GET, with more fields if there are any. */
export function get(to: NetConnectOpts, path: string, fields = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(to, () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: web\r\n${fields}Connection: close\r\n\r\n`);
    });
    socket.setEncoding("latin1").on("data", (chunk: string) => text += chunk);
    socket.on("error", reject).on("close", () => resolve(text));
  });
}

/** Asks again and again until `wanted` is what comes. */
export async function until(t: TestContext, wanted: () => Promise<boolean>): Promise<void> {
  while (!await wanted().catch(() => false)) {
    if (t.signal.aborted) throw new Error(`it has not come to: ${wanted.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Clients who ask for both files, one request after the other each, until they are told to stop. */
export class Clients {
  answered = 0;
  /** What was not the whole of a file. */
  readonly failed: string[] = [];
  #going = true;
  readonly #clients: Promise<void>[];

  constructor(to: NetConnectOpts, count: number) {
    this.#clients = Array.from({ length: count }, (_, index) => this.#ask(to, index % 3 === 0));
  }

  /** Resolves when all have their last answer. */
  async stop(): Promise<void> {
    this.#going = false;
    await Promise.all(this.#clients);
  }

  async #ask(to: NetConnectOpts, large: boolean): Promise<void> {
    const [path, body] = large ? ["/large.txt", LARGE] : ["/", SMALL];
    while (this.#going) {
      const text = await get(to, path).catch(String);
      const isWhole = text.startsWith("HTTP/1.1 200 ") && text.endsWith(`\r\n\r\n${body}`);
      if (!isWhole) this.failed.push(text.slice(0, 200));
      this.answered++;
    }
  }
}
