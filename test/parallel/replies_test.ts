/** Replies: questions that are answered later. */

import { assertEquals } from "#assert";
import { Replies } from "../../parallel/replies.ts";
import { outcome, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";

test("Replies settles each question by its own number", async () => {
  const [replies, sent] = [new Replies(), [] as number[]];
  const ask = () => replies.ask((id) => void sent.push(id));
  const [first, second, third] = [ask(), ask(), ask()];
  assertEquals(sent, [1, 2, 3]);
  replies.answer(2, new Error("no"));
  replies.answer(1, undefined);
  replies.answer(7, new Error("nobody has asked"));
  await first;
  assertEquals(String(await reasonOf(second)), "Error: no");
  assertEquals(await outcome(third), "pending");
});

test("Replies.close() settles what is open, and what is asked later", async () => {
  const [replies, sent] = [new Replies(), [] as number[]];
  const open = replies.ask((id) => void sent.push(id));
  replies.close();
  await open;
  await replies.ask((id) => void sent.push(id));
  assertEquals(sent, [1]);
});
