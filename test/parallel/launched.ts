/** What the tests of threads and processes need: a worker, and what comes from it, in its order. */

import { assertEquals } from "#assert";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { connect, type Connection } from "../../mod.ts";
import type { FromWorker } from "../../parallel/messages.ts";
import type { Launch, WorkerLink } from "../../parallel/worker_link.ts";
import type { TestContext } from "../support/harness.ts";
import { INIT } from "./fake_workers.ts";
import { moduleOf } from "./modules.ts";

const MODULE = `
  export async function handler(connection) {
    const chunk = await connection.read();
    await connection.write(chunk);
  }
  export const onMessage = (message, { post }) => {
    if (message === "throw late") setTimeout(() => { throw new RangeError("nobody catches it"); });
    else if (message === "exit") process.exit(3);
    else if (message === "pid") post(process.pid);
    else if (message === "hang") for (;;);
    else post(message);
  };
`;

/** A worker that serves. */
export class Launched {
  readonly told: FromWorker[] = [];
  /** What was told by `failed` and `exited`. */
  readonly ends: string[] = [];
  readonly link: WorkerLink;
  #wake = (): void => undefined;

  private constructor(launch: Launch) {
    this.link = launch({
      message: (message) => this.#hear(() => this.told.push(message)),
      failed: (error) => this.#hear(() => this.ends.push(`failed: ${String(error)}`)),
      exited: (how) => this.#hear(() => this.ends.push(`exited: ${how}`)),
    });
  }

  #hear(note: () => void): void {
    note();
    this.#wake();
  }

  /** Starts one, that is ended with the test. */
  static async start(t: TestContext, launch: Launch): Promise<Launched> {
    const launched = new Launched(launch);
    t.defer(async () => {
      launched.link.kill();
      await launched.ended();
    });
    const module = moduleOf(t, MODULE);
    launched.link.post({ type: "start", init: { ...INIT, module } });
    await launched.until("ready");
    return launched;
  }

  /** Waits for a message. */
  async until<T extends FromWorker["type"]>(type: T): Promise<FromWorker & { type: T }> {
    for (;;) {
      const found = this.told.find((message): message is FromWorker & { type: T } =>
        message.type === type
      );
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  /** Waits until it has ended; what was told of that. */
  async ended(): Promise<string[]> {
    while (!this.ends.some((end) => end.startsWith("exited"))) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return this.ends;
  }
}

/** Both ends of a connection that was accepted and not read. */
export async function acceptedPair(
  t: TestContext,
): Promise<{ client: Connection; socket: Socket }> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const accepted = once(server, "connection");
  // It listens on a port: hence the cast.
  const { port } = server.address() as AddressInfo;
  const client = await connect({ port });
  t.defer(() => client.abort());
  const [socket] = await accepted as [Socket];
  server.close();
  return { client, socket };
}

/** A message and a connection go to a worker, and come back from it. */
export async function exchange(t: TestContext, worker: Launched): Promise<void> {
  const message = { bytes: new Uint8Array([1, 2]), far: Infinity };
  worker.link.post({ type: "message", message });
  assertEquals((await worker.until("message")).message, message);
  const { client, socket } = await acceptedPair(t);
  worker.link.give(socket);
  await client.write(Uint8Array.of(7));
  assertEquals([await client.read(), await client.read()], [Uint8Array.of(7), null]);
  await client.close();
}
