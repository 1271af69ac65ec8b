import { assertEquals, assertStringIncludes } from "#assert";
import { readFileSync } from "node:fs";
import { demoPlace, demoReplies, type Sleep } from "../../program/demo.ts";
import { pathOf } from "../main/server_process.ts";
import { get, HOST, Talk } from "../http/talk.ts";
import { gate, macrotask, outcome } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { answerTo, bodyOf } from "./ask.ts";

const HELLO = readFileSync(pathOf("static/hello.html"), "latin1");
const LOST = readFileSync(pathOf("static/404.html"), "latin1");

function silent(error: unknown): void {
  throw error;
}

/** The demo with a sleep that is over at once, and what it was asked for. */
async function demo(): Promise<{ replies: Awaited<ReturnType<typeof demoReplies>>; ms: number[] }> {
  const ms: number[] = [];
  const sleep: Sleep = (asked) => Promise.resolve(ms.push(asked));
  return { replies: await demoReplies(silent, sleep), ms };
}

test("the demo is hello.html at /, and 404.html for what is not there", async () => {
  const { replies, ms } = await demo();
  assertEquals(await bodyOf(replies, "/"), ["200", HELLO]);
  assertEquals(await bodyOf(replies, "/?ms=5"), ["200", HELLO]);
  for (const path of ["/x", "/sleep/", "/Sleep", "/static/hello.html", "/-"]) {
    assertEquals([path, ...await bodyOf(replies, path)], [path, "404", LOST]);
  }
  assertEquals(await bodyOf(replies, "http://ferris/"), ["200", HELLO]);
  assertEquals([ms, demoPlace()], [[], pathOf("static")]);
});

test("the demo answers other methods with 404, and HEAD without the page", async () => {
  const { replies } = await demo();
  for (const line of ["POST /", "DELETE /sleep", "OPTIONS *", "get /"]) {
    const answer = await answerTo(replies, `${line} HTTP/1.1\r\n${HOST}\r\n`);
    assertEquals([line, answer.split("\r\n")[0]], [line, "HTTP/1.1 404 Not Found"]);
    assertStringIncludes(answer, LOST);
  }
  for (const [path, page] of [["/", HELLO], ["/sleep", HELLO], ["/x", LOST]] as const) {
    const answer = await answerTo(replies, `HEAD ${path} HTTP/1.1\r\n${HOST}\r\n`);
    assertStringIncludes(answer, `Content-Length: ${page.length}\r\n`);
    assertEquals(answer.split("\r\n\r\n")[1], "");
  }
});

test("/sleep waits 5 s for hello.html, and as long as it is asked for a line", async () => {
  const { replies, ms } = await demo();
  assertEquals(await bodyOf(replies, "/sleep"), ["200", HELLO]);
  assertEquals(await bodyOf(replies, "/sleep?n=1"), ["200", HELLO]);
  assertEquals(await bodyOf(replies, "/sleep?ms=0"), ["200", "slept 0 ms\n"]);
  assertEquals(await bodyOf(replies, "/sleep?n=1&ms=10000"), ["200", "slept 10000 ms\n"]);
  assertEquals(ms, [5000, 5000, 0, 10_000]);
});

test("/sleep refuses what is no number of milliseconds up to 10,000", async () => {
  const { replies, ms } = await demo();
  for (const asked of ["", "x", "-1", "1.5", "1e3", "10001", "99999999999", "0x10", "%00", "+5"]) {
    const [status, line] = await bodyOf(replies, `/sleep?ms=${asked}`);
    assertEquals([asked, status], [asked, "400"]);
    assertStringIncludes(line, "ms must be an integer from 0 to 10000, got ");
  }
  assertEquals(ms, []);
});

test("/sleep goes on for a client that has finished sending, and ends when it is gone", async () => {
  const asleep = gate<AbortSignal>();
  const replies = await demoReplies(silent, async (ms, signal) => {
    asleep.resolve(signal);
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    return ms;
  });
  const talk = new Talk(replies);
  await talk.send(get("/sleep"));
  await asleep.promise;
  talk.client.abort();
  await talk.served;

  // The real sleep: that a client has no more to say does not end it.
  const short = new Talk(await demoReplies(silent));
  await short.send(get("/sleep?ms=200"));
  const answer = short.end();
  for (let turn = 0; turn < 10; turn++) await macrotask();
  assertEquals(await outcome(answer), "pending");
  assertStringIncludes(await answer, "slept 200 ms\n");

  const gone = new Talk(await demoReplies(silent));
  await gone.send(get("/sleep?ms=10000"));
  gone.client.abort();
  await gone.served;
  await macrotask();
});
