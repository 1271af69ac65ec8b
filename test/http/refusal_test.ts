import { assertEquals, assertInstanceOf } from "#assert";
import { REASON_PHRASES, Refusal } from "../../http/refusal.ts";
import { test } from "../support/harness.ts";

test("Refusal carries its status and its reason", () => {
  const refusal = new Refusal(431, "too large");
  assertInstanceOf(refusal, Error);
  assertEquals([refusal.name, refusal.status, refusal.message], ["Refusal", 431, "too large"]);
  assertEquals(REASON_PHRASES[refusal.status], "Request Header Fields Too Large");
});
