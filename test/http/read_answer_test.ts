import { assertEquals, assertThrows } from "#assert";
import { readAnswer } from "../../http/read_answer.ts";
import { test } from "../support/harness.ts";

test("readAnswer() reads a Response", () => {
  const headers = new Headers({ "X-A": "b" });
  headers.append("Set-Cookie", "1");
  headers.append("Set-Cookie", "2");
  const answer = readAnswer(new Response(null, { status: 201, statusText: "Made", headers }));
  assertEquals([answer.status, answer.reason, answer.body], [201, "Made", null]);
  // The order of different names is the runtime's own.
  const lines = answer.lines.split("\r\n").sort();
  assertEquals(lines, ["", "set-cookie: 1", "set-cookie: 2", "x-a: b"]);
  assertEquals(readAnswer(new Response(null, { status: 404 })).reason, "Not Found");
});

test("readAnswer() reads plain data", () => {
  const answer = readAnswer({ status: 404, headers: { "X-A": "b" }, body: "lost" });
  assertEquals([answer.status, answer.reason, answer.body], [404, "Not Found", "lost"]);
  assertEquals(answer.lines, "X-A: b\r\nContent-Type: text/plain;charset=UTF-8\r\n");
  assertEquals(readAnswer({}).status, 200);
  const typed = readAnswer({ headers: [["content-type", "a/b"]], body: "x" });
  assertEquals(typed.lines, "content-type: a/b\r\n");
  assertEquals(readAnswer({ headers: new Headers({ a: "b" }) }).lines, "a: b\r\n");
});

test("readAnswer() takes any object that says something of an answer, and no other", () => {
  class Own {
    get status() {
      return 201;
    }
  }
  assertEquals(readAnswer(new Own()).status, 201);
  assertEquals(readAnswer(Object.create(null)).status, 200);
  assertEquals(readAnswer(Object.create({ body: "inherited" })).body, "inherited");
  for (const given of [new Error("lost"), [], new Map(), new Date(), new URL("http://a/")]) {
    const { name } = given.constructor;
    const shown = Array.isArray(given) ? "an array" : `an object (${name})`;
    assertThrows(() => readAnswer(given), TypeError, `the handler has returned ${shown}`);
  }
});

test("readAnswer() refuses what cannot be sent", async () => {
  for (const given of [undefined, null, "text", 1]) {
    assertThrows(() => readAnswer(given), TypeError);
  }
  for (const status of [0, 101, 199, 600, 200.5, NaN, "200"]) {
    assertThrows(() => readAnswer({ status }), RangeError, "Cannot answer: the status must be");
  }
  assertThrows(() => readAnswer(Response.error()), RangeError);
  assertThrows(() => readAnswer({ statusText: "a\r\nb" }), TypeError);
  const used = new Response("a");
  await used.text();
  assertThrows(() => readAnswer(used), TypeError, "was read already");
  const locked = new Response("a");
  locked.body?.getReader();
  assertThrows(() => readAnswer(locked), TypeError, "was read already");
});
