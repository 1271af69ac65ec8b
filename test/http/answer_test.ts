import { assertEquals } from "#assert";
import { isWhole } from "../../http/answer.ts";
import { test } from "../support/harness.ts";

test("isWhole() tells a body that is there from one that has to be asked for", () => {
  assertEquals(["", "a", new Uint8Array(0), null].map(isWhole), [true, true, true, true]);
  assertEquals(isWhole({ next: () => Promise.resolve(null), cancel: () => undefined }), false);
});
