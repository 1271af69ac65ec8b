import { assertEquals } from "#assert";
import { Refusal } from "../../http/refusal.ts";
import { refusalAnswer, SERVER_ERROR } from "../../http/refusal_answer.ts";
import { test } from "../support/harness.ts";

test("refusalAnswer() says why; SERVER_ERROR does not", () => {
  const { status, reason, body } = refusalAnswer(new Refusal(400, "it is none"));
  assertEquals([status, reason, body], [400, "Bad Request", "400 Bad Request: it is none\n"]);
  assertEquals([SERVER_ERROR.status, SERVER_ERROR.body], [500, "500 Internal Server Error\n"]);
});
