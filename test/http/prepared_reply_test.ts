import { assertEquals, assertThrows } from "#assert";
import { PreparedReply } from "../../http/prepared_reply.ts";
import { readAnswer } from "../../http/read_answer.ts";
import { test } from "../support/harness.ts";
import { get, talk } from "./talk.ts";

test("PreparedReply is checked once, and sent as often as one likes", async () => {
  const page = new PreparedReply({ status: 404, headers: { "X-A": "b" }, body: "lost" });
  assertEquals([page.status, page.statusText, page.body], [404, "Not Found", "lost"]);
  assertEquals(readAnswer(page) === readAnswer(page), true);
  const answers = await talk(get() + get(), () => page);
  assertEquals(answers.match(/404 Not Found\r\nX-A: b\r\n[^]*?\r\n\r\nlost/g)?.length, 2);
  assertEquals(PreparedReply.answerOf({}), undefined);
});

test("PreparedReply refuses what cannot be sent", () => {
  assertThrows(() => new PreparedReply({ headers: { a: "b\r\n" } }), TypeError);
  assertThrows(() => new PreparedReply({ status: 600 }), RangeError);
});
