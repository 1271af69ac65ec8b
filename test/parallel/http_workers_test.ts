/** HTTP with several workers: keep-alive clients, workers that are replaced, and no request lost. */

import { assert, assertEquals } from "#assert";
import { BufferedReader, connect, type Connection } from "../../mod.ts";
import type { MessageSender } from "../../parallel/events.ts";
import { canMoveSockets } from "../../parallel/launch_thread.ts";
import { runtime, test } from "../support/harness.ts";
import { Served } from "./served.ts";

const MODULE = new URL("./workers/http.ts", import.meta.url);
const MEANS = canMoveSockets() ? ["threads", "processes"] as const : ["processes"] as const;

/**
 * A client that keeps its connection until it is told to close it. It asks again when one that it has
 * kept ends before an answer begins, as all do (RFC 9112, section 9.3.1): a machine that is busy may
 * keep it from asking for so long that its request crosses with the close.
 */
class Client {
  asked = 0;
  readonly #port: number;
  #connection: Connection | undefined;
  #reader: BufferedReader | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** What is answered to a request; rejects when the answer is not whole. */
  async get(path: string): Promise<string> {
    this.asked++;
    const kept = this.#connection !== undefined;
    this.#connection ??= await connect({ port: this.#port });
    this.#reader ??= new BufferedReader(this.#connection);
    const request = `GET ${path} HTTP/1.1\r\nHost: workers\r\n\r\n`;
    await this.#connection.write(new TextEncoder().encode(request));
    let [length, last] = [-1, false];
    for (let first = true;; first = false) {
      const line = await this.#reader.readLine().catch(() => null);
      if (line === null && kept && first) {
        await this.close();
        return await this.get(path);
      }
      if (line === null) throw new Error("the end came before the answer");
      if (line === "") break;
      const [, name = "", value = ""] = /^([^:]+): *(.*)$/.exec(line) ?? [];
      if (name.toLowerCase() === "content-length") length = Number(value);
      if (name.toLowerCase() === "connection") last = value === "close";
    }
    const body = await this.#reader.readExactly(length);
    if (body === null) throw new Error("the end came within the answer");
    if (last) await this.close();
    return new TextDecoder().decode(body);
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = this.#reader = undefined;
    await connection?.close();
  }
}

for (const means of MEANS) {
  test(`keep-alive clients of HTTP lose no request to reload() and close(), with ${means} on ${runtime}`, async (t) => {
    const counts = new Map<string, number>();
    const onMessage = (message: unknown, { worker, restarts }: MessageSender): void => {
      counts.set(`${worker} ${restarts}`, (message as { requests: number }).requests);
    };
    const served = await Served.start(t, { means, onMessage }, MODULE);
    const { port } = served.server.addr;
    let [running, answered, asked] = [true, 0, 0];
    const failures: unknown[] = [];
    const seen = new Set<string>();
    const load = Array.from({ length: 12 }, async (_, index) => {
      const client = new Client(port);
      // Some ask at once, some take their time, and some have to wait for their answers.
      const [path, pause] = [index < 2 ? "/slow" : "/", index % 4 === 3 ? index : 0];
      for (; running; answered++) {
        if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
        seen.add(await client.get(path));
      }
      await client.close();
      asked += client.asked;
    }).map((client) => client.catch((error) => failures.push(error)));
    await served.server.reload();
    await served.server.reload();
    running = false;
    await Promise.all(load);
    assertEquals(failures.map(String), []);
    assert(answered > 100, `answered: ${answered}`);
    assert(asked - answered < answered / 10, `asked: ${asked}, answered: ${answered}`);
    assert(seen.has("0 2") && seen.has("1 2"), `seen: ${[...seen].join()}`);
    assertEquals((await served.server.close()).cut, 0);
    // All that workers have said has come before they were gone.
    assertEquals([...counts.values()].reduce((sum, count) => sum + count, 0), answered);
  });
}

test(`close() lets a keep-alive client of HTTP finish, and asks it for no more, on ${runtime}`, async (t) => {
  const served = await Served.start(t, {}, MODULE);
  const client = new Client(served.server.addr.port);
  await client.get("/");
  const slow = client.get("/slow");
  // The worker has the request when it answers the next message.
  const closed = served.server.close();
  assertEquals(await slow, "0 0");
  assertEquals(await closed, { finished: 1, cut: 0 });
});

test(`messages reach the modules of all workers, and come back, on ${runtime}`, async (t) => {
  for (const workers of [1, 2]) {
    const heard: unknown[] = [];
    const all = Promise.withResolvers<void>();
    const onMessage = (message: unknown, { worker, restarts, post }: MessageSender): void => {
      heard.push([worker, restarts, message]);
      if (heard.length === workers) post(new Map([["again", [worker]]]));
      if (heard.length > workers) all.resolve();
    };
    const served = await Served.start(t, { workers, onMessage }, MODULE);
    const bytes = new Uint8Array([1, 2]);
    served.server.broadcast({ bytes, big: 1n });
    await all.promise;
    const first = heard.slice(0, workers).map(String).sort();
    assertEquals(first, Array.from({ length: workers }, (_, at) => `${at},0,[object Object]`));
    const [, , message] = heard[0] as [number, number, { answer: unknown }];
    assertEquals(message.answer, { bytes, big: 1n });
    const [who, , answer] = heard[workers] as [number, number, { answer: unknown }];
    assertEquals(answer.answer, new Map([["again", [who]]]));
    let thrown: unknown;
    try {
      served.server.broadcast(() => undefined);
    } catch (error) {
      thrown = error;
    }
    assertEquals((thrown as Error).name, "DataCloneError");
    served.server.broadcast("throw");
    const told = await served.event(({ type }) => type === "error");
    assert(told.type === "error" && told.error.message === "nobody has asked for that", told.type);
    await served.server.close();
    served.server.broadcast("nobody hears it");
  }
});

test(`no message to a worker loses a connection on its way, on ${runtime}`, async (t) => {
  let [heard, running] = [0, true];
  const served = await Served.start(t, { onMessage: () => void heard++ }, MODULE);
  const talking = (async () => {
    while (running) {
      served.server.broadcast("count");
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })();
  const { port } = served.server.addr;
  await Promise.all(Array.from({ length: 10 }, async () => {
    for (let left = 30; left > 0; left--) {
      const client = new Client(port);
      await client.get("/");
      await client.close();
    }
  }));
  running = false;
  await talking;
  assertEquals(served.server.stats().accepted, 300);
  assert(heard > 300, `heard: ${heard}`);
});
