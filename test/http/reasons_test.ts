import { assertEquals } from "#assert";
import { reasonOf } from "../../http/reasons.ts";
import { test } from "../support/harness.ts";

test("reasonOf() names what the registry names, and nothing else", () => {
  assertEquals([reasonOf(200), reasonOf(404), reasonOf(413)], [
    "OK",
    "Not Found",
    "Content Too Large",
  ]);
  assertEquals([reasonOf(299), reasonOf(599), reasonOf(418)], ["", "", ""]);
});
