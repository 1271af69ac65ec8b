import { assert, assertEquals, assertThrows } from "#assert";
import type { FileReply } from "../../files/file_reply.ts";
import { KeptReply } from "../../files/kept_reply.ts";
import { PreparedReply } from "../../http/prepared_reply.ts";
import { readAnswer } from "../../http/read_answer.ts";
import { test } from "../support/harness.ts";
import { gotOf } from "./site.ts";

test("KeptReply is data, and is checked once", async () => {
  const body = new TextEncoder().encode("abc");
  const reply = new KeptReply({
    status: 203,
    headers: [["X-A", "b"], ["Content-Length", "3"]],
    body,
  });
  assert(reply instanceof PreparedReply && readAnswer(reply) === readAnswer(reply));
  const { status, text, fields } = await gotOf(reply);
  assertEquals([status, text, fields], [203, "abc", { "x-a": "b", "content-length": "3" }]);
  // As an application adds a field: what was checked does not count for that one.
  const copy: FileReply = Object.assign({}, reply, { headers: [["X-C", "d"]] });
  assertEquals([copy.status, readAnswer(copy).lines], [203, "X-C: d\r\n"]);
  assertThrows(() => new KeptReply({ status: 200, headers: [["a", "\n"]], body: null }), TypeError);
});
