import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "#assert";
import { serveAlone } from "../../program/alone.ts";
import type { Arguments } from "../../program/flags.ts";
import type { Running, Serving } from "../../program/serving.ts";
import { settingsOf } from "../../program/settings.ts";
import { getPage } from "../main/raw_client.ts";
import { gate, macrotask, outcome } from "../support/gates.ts";
import { test, type TestContext } from "../support/harness.ts";

function serving(args: Arguments, more: Partial<Serving> = {}): Serving {
  return {
    settings: settingsOf({ port: 0, ...args }, { terminal: false, socket: undefined }),
    certificate: undefined,
    startTime: 5,
    print: () => undefined,
    complain: (line) => {
      throw new Error(line);
    },
    sleep: undefined,
    timers: undefined,
    ...more,
  };
}

/** Serves until the test ends. */
async function begin(t: TestContext, init: Serving): Promise<{ running: Running; port: number }> {
  const running = await serveAlone(init);
  t.defer(async () => {
    running.stop();
    await running.ended;
  });
  return { running, port: "port" in running.addr ? running.addr.port : 0 };
}

// The first one: what was replaced stays so.
test("serveAlone() leaves fetch and its classes unnamed: to load them takes Node as long as to start", async (t) => {
  const named: string[] = [];
  const { fetch } = globalThis;
  for (const name of ["Request", "Response", "Headers"] as const) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name) ?? {};
    const { [name]: value } = globalThis;
    const get = () => {
      named.push(name);
      return value;
    };
    Object.defineProperty(globalThis, name, { configurable: true, get });
    t.defer(() => void Object.defineProperty(globalThis, name, before));
  }
  for (const args of [{ metrics: "/m" }, { metrics: "/m", cors: true }] as const) {
    const { port } = await begin(t, serving(args));
    // A file is kept when it was sent once.
    const statuses = [];
    for (const path of ["/", "/", "/nothing", "/healthz", "/m", "/sleep?ms=0"]) {
      statuses.push((await getPage(port, path))[0]);
    }
    assertEquals(statuses, ["200", "200", "404", "200", "200", "200"]);
  }
  assertEquals([named, globalThis.fetch === fetch], [[], true]);
});

test("serveAlone() counts what it answers", async (t) => {
  const { port } = await begin(t, serving({ metrics: "/m" }));
  for (let i = 0; i < 3; i++) await getPage(port, "/nothing");
  const [status, text] = await getPage(port, "/m");
  assertEquals(status, "200");
  for (
    const sample of [
      'incoming_http_requests_total{status="4xx"} 3',
      'incoming_http_requests_total{status="2xx"} 0',
      "incoming_http_request_duration_seconds_count 3",
      "incoming_connections_accepted_total 4",
      "incoming_connections_open 1",
      "incoming_workers 1",
      "process_start_time_seconds 5",
    ]
  ) assertStringIncludes(text, `\n${sample}\n`);
});

test("serveAlone() prints the log, and complains of what fails", async (t) => {
  const [printed, complaints]: [string[], string[]] = [[], []];
  const { port } = await begin(
    t,
    serving({ log: "common" }, {
      print: (line) => printed.push(line),
      complain: (line) => complaints.push(line),
      sleep: () => Promise.reject(new Error("a fault")),
    }),
  );
  assertEquals((await getPage(port, "/sleep"))[0], "500");
  assertMatch(printed.join(), /"GET \/sleep HTTP\/1\.1" 500 \d+$/);
  assertEquals(complaints, ["Cannot answer GET /sleep: a fault"]);
});

test("serveAlone() handles as many connections at once as it is told", async (t) => {
  const [asleep, slept] = [gate(), gate()];
  const sleep = () => {
    asleep.resolve();
    return slept.promise;
  };
  const { port } = await begin(t, serving({ limit: 1 }, { sleep }));
  const slow = getPage(port, "/sleep?ms=1");
  await asleep.promise;
  const next = getPage(port, "/healthz");
  for (let turn = 0; turn < 50; turn++) await macrotask();
  assertEquals(await outcome(next), "pending");
  slept.resolve();
  assertEquals([await slow, await next], [["200", "slept 1 ms\n"], ["200", "ok\n"]]);
});

test("serveAlone() says in /healthz what was announced, until it is stopped", async (t) => {
  const { running, port } = await begin(t, serving({}));
  assertEquals(await getPage(port, "/healthz"), ["200", "ok\n"]);
  running.announce();
  assertEquals(await getPage(port, "/healthz"), ["503", "stopping\n"]);
  running.stop();
  assertEquals((await running.ended).cut, 0);
});

test("serveAlone() listens on nothing when the folder cannot be served", async () => {
  await assertRejects(() => serveAlone(serving({ root: "no/such/folder" })), Error);
});
