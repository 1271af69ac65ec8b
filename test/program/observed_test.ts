import { assertEquals, assertMatch, assertStrictEquals } from "#assert";
import type { Answered } from "../../http/answered.ts";
import { Recorder } from "../../program/figures.ts";
import { observed, type Observers } from "../../program/observed.ts";
import type { Replies } from "../../program/replies.ts";
import { HOST } from "../http/talk.ts";
import { test } from "../support/harness.ts";
import { answerTo } from "./ask.ts";

const REPLIES: Replies = () => ({ body: "hello" });

function observers(more: Partial<Observers>): Observers {
  return { log: "none", print: () => undefined, recorder: undefined, ...more };
}

test("observed() measures nothing when nobody wants to know", () => {
  const { handler, onAnswer } = observed(REPLIES, observers({}));
  assertStrictEquals(handler, REPLIES);
  assertEquals(onAnswer, undefined);
});

test("observed() tells the log and the counters of each answer", async () => {
  const lines: string[] = [];
  const recorder = new Recorder();
  const { handler, onAnswer } = observed(
    REPLIES,
    observers({ log: "common", print: (line) => lines.push(line), recorder }),
  );
  const asked =
    `GET /a?b HTTP/1.1\r\n${HOST}\r\nHEAD /c HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`;
  await answerTo(handler, `${asked}nonsense\r\n\r\n`, { onAnswer });
  const tails = lines.map((line) => line.replace(/^memory - - \[.{26}\] /, ""));
  assertEquals(tails.slice(0, 2), ['"GET /a?b HTTP/1.1" 200 5', '"HEAD /c HTTP/1.0" 200 -']);
  assertMatch(tails[2] ?? "", /^"-" 400 \d+$/);
  const { answers, cut } = recorder.figures;
  assertEquals([answers[2], answers[4], cut], [2, 1, 0]);
});

test("observed() has the fields of the request in JSON, and none for what was none", async () => {
  const lines: string[] = [];
  const told: Answered[] = [];
  const { handler, onAnswer } = observed(
    REPLIES,
    observers({ log: "json", print: (line) => lines.push(line) }),
  );
  const fields = "User-Agent: a\r\nReferer: b\r\nConnection: close\r\n";
  await answerTo(handler, `GET / HTTP/1.1\r\n${HOST}${fields}\r\n`, {
    onAnswer: (answered) => {
      told.push(answered);
      onAnswer?.(answered);
    },
  });
  const { agent, referer, ms } = JSON.parse(lines[0] ?? "");
  assertEquals([agent, referer, ms >= 0, told.length], ["a", "b", true, 1]);
});

test("observed() takes an answer that was cut for one", () => {
  const lines: string[] = [];
  const recorder = new Recorder();
  const { onAnswer } = observed(
    REPLIES,
    observers({ log: "common", print: (line) => lines.push(line), recorder }),
  );
  onAnswer?.({
    request: null,
    info: null,
    remoteAddr: { transport: "tcp", hostname: "::1", port: 1 },
    status: 408,
    bytes: 3,
    complete: false,
    duration: 5,
  });
  assertMatch(lines.join(), /^::1 - - \[.*\] "-" 408 3 aborted$/);
  assertEquals(recorder.figures.cut, 1);
});
