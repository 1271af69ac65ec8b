/** What the tests of several workers need: a server that ends with the test, and what it tells. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ParallelEvent } from "../../parallel/events.ts";
import type { ParallelOptions } from "../../parallel/options.ts";
import type { ParallelServer } from "../../parallel/parallel_server.ts";
import { serveParallel } from "../../parallel/serve_parallel.ts";
import { TextClient } from "../examples/client.ts";
import type { TestContext } from "../support/harness.ts";

/** Answers lines. */
export const COMMANDS: URL = new URL("./workers/commands.ts", import.meta.url);

/** A server, its events, and clients of it. */
export class Served {
  readonly events: ParallelEvent[] = [];
  readonly #t: TestContext;
  readonly #server: ParallelServer;
  #wake: () => void = () => undefined;

  private constructor(t: TestContext, server: ParallelServer) {
    this.#t = t;
    this.#server = server;
  }

  /** Starts one on a free port, with two workers unless `options` say otherwise. */
  static async start(
    t: TestContext,
    options: Partial<ParallelOptions> = {},
    module: URL = COMMANDS,
  ): Promise<Served> {
    const early: ParallelEvent[] = [];
    let tell = (event: ParallelEvent): void => void early.push(event);
    const onEvent = (event: ParallelEvent): void => tell(event);
    const all = { port: 0, workers: 2, grace: 5_000, ...options, onEvent };
    const server = await serveParallel(module, all);
    t.defer(() => server.close());
    const served = new Served(t, server);
    served.events.push(...early);
    tell = (event) => {
      served.events.push(event);
      served.#wake();
    };
    return served;
  }

  get server(): ParallelServer {
    return this.#server;
  }

  /** A client that is connected. */
  client(): Promise<TextClient> {
    return TextClient.connected(this.#t, this.#server);
  }

  /** What is answered to `command`, on a connection of its own. */
  async ask(command: string): Promise<string> {
    const client = await this.client();
    await client.send(`${command}\n`);
    const answer = await client.until("\n");
    client.end();
    await client.rest();
    return answer.trimEnd();
  }

  /** Keeps a worker's thread from everything else until the function that it resolves with is called. */
  async occupy(): Promise<{ readonly client: TextClient; readonly release: () => void }> {
    const folder = mkdtempSync(join(tmpdir(), "incoming-"));
    this.#t.defer(() => rmSync(folder, { recursive: true, force: true }));
    const released = join(folder, "released");
    const client = await this.client();
    await client.send(`busy ${released}\n`);
    return { client, release: () => writeFileSync(released, "") };
  }

  /** Waits for an event that `wanted` takes. */
  async event(wanted: (event: ParallelEvent) => boolean): Promise<ParallelEvent> {
    for (;;) {
      const found = this.events.find(wanted);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  /** Waits until `count` workers have begun to serve, from the first one on. */
  async ready(count: number): Promise<void> {
    await this.event(() => this.events.filter(({ type }) => type === "ready").length >= count);
  }
}
