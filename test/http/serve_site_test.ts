import { assertEquals } from "#assert";
import { listen, type MemoryListener } from "../../adapters/memory.ts";
import type { Connection } from "../../core/connection.ts";
import { NetworkError } from "../../core/errors.ts";
import { HEAD_MS } from "../../http/handle_connection.ts";
import { SILENT_MS } from "../../core/idle_closing.ts";
import type { Served } from "../../core/served.ts";
import { GRACE_MS, serveSite } from "../../http/serve_site.ts";
import { countListeners, gate, macrotask, outcome, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { bytes } from "./mock_connection.ts";

const SITE = { hello: bytes("hello"), notFound: bytes("lost") };

/** A site that is served in memory, with a clock and a sleep that the test turns. */
class Scene {
  readonly clock = new FakeTimers();
  readonly errors: unknown[] = [];
  /** What `/sleep` waits for, one after the other; each ends early when its connection breaks. */
  readonly sleeps: PromiseWithResolvers<void>[] = [];
  readonly stop = new AbortController();
  readonly stopListeners = countListeners(this.stop.signal);
  readonly listener: MemoryListener;
  readonly served: Promise<Served>;

  constructor(listener: MemoryListener, limit?: number) {
    this.listener = listener;
    this.served = serveSite(listener, SITE, {
      limit,
      stop: this.stop.signal,
      timers: this.clock,
      onError: (error) => this.errors.push(error),
      sleep: (signal) => {
        const sleep = gate();
        signal.addEventListener("abort", () => sleep.reject(signal.reason), { once: true });
        this.sleeps.push(sleep);
        return sleep.promise;
      },
    });
  }

  static async begin({ limit, capacity }: { limit?: number; capacity?: number } = {}) {
    const listener = await listen({ port: 0, ...(capacity === undefined ? {} : { capacity }) });
    return new Scene(listener, limit);
  }

  async connect(path?: string): Promise<Connection> {
    const client = await this.listener.connect();
    if (path !== undefined) await client.write(bytes(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`));
    await macrotask();
    return client;
  }

  async get(path: string): Promise<string> {
    return bodyOf(await this.connect(path));
  }

  /** Stops, and checks that nothing is left behind. */
  async end(): Promise<Pick<Served, "cut">> {
    this.stop.abort();
    const { cut } = await this.served;
    assertEquals([this.clock.armed, this.stopListeners()], [0, 0], "timers, listeners");
    return { cut };
  }
}

/** The body of the answer, or the code of what the connection breaks with. */
async function bodyOf(client: Connection): Promise<string> {
  let text = "";
  try {
    for (let chunk = await client.read(); chunk; chunk = await client.read()) {
      text += String.fromCharCode(...chunk);
    }
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    text = `\r\n\r\n${error.code}`;
  }
  await client.close();
  return text.split("\r\n\r\n")[1] ?? "nothing";
}

test("serveSite() serves hundreds while one sleeps", async () => {
  const scene = await Scene.begin();
  const slow = scene.get("/sleep");
  await macrotask();
  const all = await Promise.all(Array.from({ length: 500 }, () => scene.get("/")));
  assertEquals([all.length, new Set(all)], [500, new Set(["hello"])]);
  assertEquals(await outcome(slow), "pending");
  scene.sleeps[0]?.resolve();
  assertEquals(await slow, "hello");
  assertEquals(await scene.end(), { cut: 0 });
});

test("serveSite() handles no more than the limit at once", async () => {
  const scene = await Scene.begin({ limit: 2 });
  const slow = [scene.get("/sleep"), scene.get("/sleep")];
  await macrotask();
  const other = scene.get("/");
  assertEquals(await outcome(other), "pending");
  scene.sleeps[1]?.resolve();
  assertEquals(await other, "hello");
  scene.sleeps[0]?.resolve();
  assertEquals(await Promise.all(slow), ["hello", "hello"]);
  await scene.end();
});

test("serveSite() outlives connections that break, at any moment", async () => {
  const scene = await Scene.begin();
  (await scene.connect()).abort();
  (await scene.connect("/sleep")).abort();
  await macrotask();
  assertEquals(await outcome(scene.sleeps[0]?.promise ?? Promise.resolve()), "rejected");
  const half = await scene.connect();
  await half.write(bytes("GET /"));
  half.abort();
  await macrotask();
  assertEquals([scene.errors, await scene.get("/")], [[], "hello"]);
  await scene.end();
});

test("serveSite() reports what is no peer's doing, resets that connection and goes on", async () => {
  const scene = await Scene.begin();
  const slow = scene.get("/sleep");
  await macrotask();
  const fault = new Error("a fault");
  scene.sleeps[0]?.reject(fault);
  assertEquals(await slow, "ECONNRESET");
  assertEquals([scene.errors, await scene.get("/")], [[fault], "hello"]);
  await scene.end();
});

test("serveSite() frees the place of a silent client", async () => {
  const scene = await Scene.begin({ limit: 1 });
  const silent = scene.connect().then(bodyOf);
  await macrotask();
  const other = scene.get("/");
  assertEquals(await outcome(other), "pending");
  scene.clock.advance(HEAD_MS);
  assertEquals(await silent, "408 Request Timeout: the head has not come within 15 s\n");
  assertEquals(await other, "hello");
  await scene.end();
});

test("serveSite() finishes what runs after the stop, also what was accepted and waits", async () => {
  const scene = await Scene.begin({ limit: 1 });
  const slow = scene.get("/sleep");
  await macrotask();
  const waiting = scene.get("/");
  await macrotask();
  scene.stop.abort();
  assertEquals(await outcome(scene.served), "pending");
  await scene.listener.close();
  const refused = await reasonOf(scene.listener.connect());
  assertEquals((refused as NetworkError).code, "ECONNREFUSED");
  scene.sleeps[0]?.resolve();
  assertEquals(await Promise.all([slow, waiting]), ["hello", "hello"]);
  assertEquals(await scene.end(), { cut: 0 });
});

test("serveSite() cuts off what takes over 10 s after the stop", async () => {
  assertEquals(GRACE_MS, 10_000);
  const scene = await Scene.begin({ limit: 1 });
  const slow = scene.get("/sleep");
  await macrotask();
  const waiting = scene.get("/");
  await macrotask();
  scene.stop.abort();
  scene.clock.advance(GRACE_MS - 1);
  assertEquals(await outcome(scene.served), "pending");
  scene.clock.advance(1);
  assertEquals(await Promise.all([slow, waiting]), ["ECONNRESET", "ECONNRESET"]);
  assertEquals([await scene.end(), scene.errors], [{ cut: 2 }, []]);
});

test("serveSite() cuts off a client that does not take its answer after the stop", async () => {
  const scene = await Scene.begin({ capacity: 40 });
  const client = await scene.connect("/");
  scene.stop.abort();
  scene.clock.advance(GRACE_MS);
  assertEquals(await scene.end(), { cut: 1 });
  await client.close();
});

test("serveSite() waits but a moment for silent connections after the stop", async () => {
  const scene = await Scene.begin();
  const silent = scene.connect().then(bodyOf);
  const half = await scene.connect();
  await half.write(bytes("GET / HTTP/1.1\r\nHost: x\r\n"));
  const late = await scene.connect();
  await macrotask();
  scene.stop.abort();
  await late.write(bytes("GET / HTTP/1.1\r\n"));
  await macrotask();
  scene.clock.advance(SILENT_MS);
  assertEquals(await silent, "nothing");
  await half.write(bytes("\r\n"));
  await late.write(bytes("Host: x\r\n\r\n"));
  assertEquals([await bodyOf(half), await bodyOf(late)], ["hello", "hello"]);
  assertEquals(await scene.end(), { cut: 0 });
});

test("serveSite() waits but a moment for a silent connection that comes up after the stop", async () => {
  const scene = await Scene.begin({ limit: 1 });
  const slow = scene.get("/sleep");
  await macrotask();
  const silent = scene.connect().then(bodyOf);
  await macrotask();
  scene.stop.abort();
  await scene.listener.close();
  scene.clock.advance(SILENT_MS);
  scene.sleeps[0]?.resolve();
  assertEquals(await slow, "hello");
  assertEquals(await outcome(silent), "pending");
  scene.clock.advance(SILENT_MS);
  assertEquals([await silent, await scene.end()], ["nothing", { cut: 0 }]);
});

test("serveSite() is done at once when it was stopped before", async () => {
  const listener = await listen({ port: 0 });
  const client = await listener.connect();
  const served = serveSite(listener, SITE, {
    stop: AbortSignal.abort(),
    onError: (error) => {
      throw error;
    },
  });
  await client.write(bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  assertEquals(await bodyOf(client), "hello");
  assertEquals(await served, { finished: 1, cut: 0 });
});

test("serveSite() ends when the listener is closed by somebody else", async () => {
  const scene = await Scene.begin();
  assertEquals(await scene.get("/"), "hello");
  await scene.listener.close();
  assertEquals([await scene.served, scene.stopListeners()], [{ finished: 0, cut: 0 }, 0]);
});

test("serveSite() rejects an invalid limit, and closes the listener", async () => {
  const scene = await Scene.begin({ limit: 0 });
  assertEquals(((await reasonOf(scene.served)) as Error).name, "RangeError");
  assertEquals(((await reasonOf(scene.listener.connect())) as NetworkError).code, "ECONNREFUSED");
});
