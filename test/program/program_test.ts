import { assertEquals, assertMatch } from "#assert";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { program, type ProgramOptions } from "../../program/program.ts";
import { getPage } from "../main/raw_client.ts";
import { pathOf } from "../main/server_process.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { gate, macrotask } from "../support/gates.ts";
import { test, type TestContext } from "../support/harness.ts";

const HELLO = readFileSync(pathOf("static/hello.html"), "latin1");

/** The program in this process. */
interface Run {
  readonly port: Promise<number>;
  readonly ended: Promise<number>;
  readonly stop: () => void;
  readonly printed: string[];
  readonly complaints: string[];
}

function run(t: TestContext, args: string[], more: Partial<ProgramOptions> = {}): Run {
  const stop = new AbortController();
  const [printed, complaints]: [string[], string[]] = [[], []];
  const listening = gate<number>();
  const ended = program({
    args,
    version: "1.2.3",
    stop: stop.signal,
    print: (line) => {
      printed.push(line);
      const [, port] = /Listening on \S*:([0-9]+)\//.exec(line) ?? [];
      if (port !== undefined) listening.resolve(Number(port));
    },
    complain: (line) => complaints.push(line),
    ...more,
  });
  t.defer(async () => {
    stop.abort();
    await ended;
  });
  return { port: listening.promise, ended, stop: () => stop.abort(), printed, complaints };
}

test("program() serves hundreds while a request sleeps, and finishes that after the stop", async (t) => {
  const [asleep, slept] = [gate(), gate()];
  const { port, ended, stop, printed, complaints } = run(t, ["--port=0", "--limit=1000"], {
    sleep: () => {
      asleep.resolve();
      return slept.promise;
    },
  });
  let done = false;
  const slow = getPage(await port, "/sleep").finally(() => done = true);
  await asleep.promise;
  const place = await port;
  const answers = await Promise.all(Array.from({ length: 300 }, () => getPage(place, "/")));
  assertEquals(new Set(answers.map(String)), new Set([`200,${HELLO}`]));
  assertEquals([answers.length, done], [300, false]);
  stop();
  slept.resolve();
  assertEquals(await slow, ["200", HELLO]);
  assertEquals([await ended, printed.length, complaints], [0, 3, []]);
});

test("program() says where it listens, what it serves, and that it stops", async (t) => {
  const { port, ended, stop, printed } = run(t, ["--port", "0", "--root", pathOf("docs")]);
  const place = await port;
  stop();
  assertEquals(await ended, 0);
  assertEquals(printed[0], `Listening on http://127.0.0.1:${place}/`);
  assertMatch(
    printed[1] ?? "",
    /^Serving \S*docs on (Node|Deno|Bun) \d+\.\d+\.\d+, 10000 connections at most; Ctrl-C stops it$/,
  );
  const stopping = "Stopping: running requests have 10 s; a second signal ends them";
  assertEquals(printed.slice(2), [stopping]);
});

test("program() reports a fault of a handler in one line, and serves on", async (t) => {
  const { port, complaints } = run(t, ["--port", "0"], {
    sleep: () => Promise.reject(new Error("a fault\nof two lines")),
  });
  assertEquals((await getPage(await port, "/sleep"))[0], "500");
  assertEquals(await getPage(await port, "/"), ["200", HELLO]);
  assertEquals(complaints, ["Cannot answer GET /sleep: a fault of two lines"]);
});

if (process.platform !== "win32") {
  test("program() prints nothing but errors when it is to be quiet", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "incoming-"));
    t.defer(() => rmSync(folder, { recursive: true, force: true }));
    const place = join(folder, "s");
    const quiet = run(t, ["--unix", place, "--quiet"], { terminal: true });
    while (!existsSync(place)) await macrotask();
    assertEquals(await getPage(place, "/healthz"), ["200", "ok\n"]);
    quiet.stop();
    assertEquals([await quiet.ended, quiet.printed, quiet.complaints], [0, [], []]);
    assertEquals(existsSync(place), false);
  });
}

test("program() is done at once when it was stopped before", async (t) => {
  const stop = AbortSignal.abort();
  const { ended, printed, complaints } = run(t, ["--port", "0"], { stop });
  assertEquals([await ended, printed.length, complaints], [0, 3, []]);
});

test("program() shows the help and the version", async (t) => {
  const version = run(t, ["--version"]);
  assertEquals([await version.ended, version.printed], [0, ["1.2.3"]]);
  const help = run(t, ["--help"]);
  assertEquals([await help.ended, help.complaints], [0, []]);
  assertMatch(help.printed.join(), /--root FOLDER/);
});

test("program() ends with 2 for a wrong argument, and with 1 when it cannot serve", async (t) => {
  const cases: [code: number, args: string[], said: RegExp][] = [
    [2, ["--port", "x"], /^Cannot read the arguments: --port must be an integer/],
    [2, ["--port", "0", "--hostname", "a b"], /^Cannot listen: hostname must be an address/],
    [
      1,
      ["--port", "0", "--root", "no/such/folder"],
      /^Cannot serve the files of "no\/such\/folder"/,
    ],
    [
      1,
      ["--port", "0", "--cert", "no", "--key", "no"],
      /^Cannot use the certificate "no": there is/,
    ],
  ];
  for (const [code, args, said] of cases) {
    const { ended, printed, complaints } = run(t, args);
    assertEquals([args, await ended, printed, complaints.length], [args, code, [], 1]);
    assertMatch(complaints[0] ?? "", said);
  }
});

test("program() says it will stop for as long as --notice, and serves on", async (t) => {
  const timers = new FakeTimers();
  const { port, ended, stop, printed } = run(t, ["--port", "0", "--notice", "60"], { timers });
  const place = await port;
  assertEquals(await getPage(place, "/healthz"), ["200", "ok\n"]);
  stop();
  timers.advance(59_999);
  assertEquals(await getPage(place, "/healthz"), ["503", "stopping\n"]);
  assertEquals(await getPage(place, "/"), ["200", HELLO]);
  timers.advance(1);
  assertEquals([await ended, timers.armed], [0, 0]);
  assertEquals(
    printed.at(-1),
    "Stopping: it serves on for 60 s; then running requests have 10 s; a second signal ends them",
  );
});

test("program() tells how many connections were cut when the grace was over", async (t) => {
  const timers = new FakeTimers();
  const asleep = gate();
  const { port, ended, stop, complaints } = run(t, ["--port", "0"], {
    timers,
    sleep: (_, signal) => {
      asleep.resolve();
      return new Promise((resolve) => signal.addEventListener("abort", resolve));
    },
  });
  const slow = getPage(await port, "/sleep").catch(() => "reset");
  await asleep.promise;
  stop();
  await macrotask();
  timers.advance(10_000);
  assertEquals(await ended, 0);
  assertEquals(complaints, ["Cannot finish all within 10 s: connections that were reset: 1"]);
  await slow;
});

test("program() listens for renewals of its certificate while it serves, and not without one", async (t) => {
  const file = (name: string) => pathOf(`test/fixtures/tls/${name}`);
  let listening = 0;
  const onRenewal = () => {
    listening++;
    return () => void listening--;
  };
  const tls = ["--cert", file("server.crt"), "--key", file("server.key")];
  for (const [args, expected] of [[tls, 1], [[], 0]] as const) {
    const { port, ended, stop } = run(t, ["--port", "0", ...args], { onRenewal });
    await port;
    await macrotask();
    assertEquals(listening, expected);
    stop();
    assertEquals([await ended, listening], [0, 0]);
  }
});

test("program() tells of a new certificate in the format of the log, and not when it is quiet", async (t) => {
  const file = (name: string) => pathOf(`test/fixtures/tls/${name}`);
  const tls = ["--port", "0", "--cert", file("server.crt"), "--key", file("server.key")];
  for (const more of [["--log", "json"], ["--log", "none"], ["--quiet"]]) {
    const listening = gate<() => void>();
    const said = gate();
    const printed: string[] = [];
    const { ended, stop } = run(t, [...tls, ...more], {
      onRenewal: (renew) => {
        listening.resolve(renew);
        return () => undefined;
      },
      print: (line) => {
        printed.push(line);
        if (line.includes("anew")) said.resolve();
      },
    });
    const renew = await listening.promise;
    renew();
    if (more[0] === "--quiet") { for (let i = 0; i < 50; i++) await macrotask(); }
    else await said.promise;
    stop();
    assertEquals(await ended, 0);
    const text = `Read the certificate ${file("server.crt")} anew`;
    const lines = more[1] === "json" ? printed.map((line) => JSON.parse(line).message) : printed;
    assertEquals(lines.slice(2, 3), more[0] === "--quiet" ? [] : [text]);
    assertEquals(printed.length, more[0] === "--quiet" ? 0 : 4);
  }
});
