import { assertEquals } from "#assert";
import { statusReply } from "../../files/file_reply.ts";
import { test } from "../support/harness.ts";
import { gotOf } from "./site.ts";

test("statusReply() says the status in words, and to HEAD how long they would be", async () => {
  const got = await gotOf(statusReply(404, "GET", [["X-A", "b"]]));
  assertEquals(got.text, "404 Not Found\n");
  assertEquals(got.fields, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": "14",
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    "x-a": "b",
  });
  const head = statusReply(404, "HEAD", [["X-A", "b"]]);
  assertEquals([head.body, (await gotOf(head)).fields], [null, got.fields]);
});
