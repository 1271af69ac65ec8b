import { assert, assertEquals } from "#assert";
import type { AskedFields } from "../../files/asked.ts";
import type { ByteRange } from "../../files/byte_range.ts";
import { Content } from "../../files/content.ts";
import { contentReply, errorPage } from "../../files/content_reply.ts";
import { test } from "../support/harness.ts";
import { gotOf } from "./site.ts";
import { NONE } from "./none_asked.ts";

const AT = 1_700_000_000_000_000_000n;
const BYTES = new TextEncoder().encode("0123456789");
const VERSION = { dev: 1n, ino: 2n, size: 10n, mtimeNs: AT, ctimeNs: AT };
const INIT = {
  name: "a.txt",
  version: VERSION,
  at: 1_800_000_000_000,
  coding: null,
  cacheControl: "no-cache",
};
const CONTENT = new Content({ ...INIT, bytes: null, digest: null });
const DATE = "Tue, 14 Nov 2023 22:13:20 GMT";

async function ask(fields: Partial<AskedFields>, method = "GET", content = CONTENT) {
  const asked: ByteRange[] = [];
  const reply = contentReply(content, method, { ...NONE, ...fields }, (part) => {
    asked.push(part);
    return BYTES.slice(part.start, part.start + part.length);
  });
  const { status, text, fields: told } = await gotOf(reply);
  const range = told["content-range"] ?? "";
  return {
    status,
    text,
    range,
    length: told["content-length"],
    type: told["content-type"],
    asked: asked.length,
  };
}

test("contentReply() sends a part of what is asked for, with where it is", async () => {
  const cases: [string, number, string, string][] = [
    ["bytes=2-4", 206, "234", "bytes 2-4/10"],
    ["bytes=-3", 206, "789", "bytes 7-9/10"],
    ["bytes=9-", 206, "9", "bytes 9-9/10"],
    ["bytes=0-", 206, "0123456789", "bytes 0-9/10"],
    ["bytes=10-", 416, "416 Range Not Satisfiable\n", "bytes */10"],
    ["bytes=-0", 416, "416 Range Not Satisfiable\n", "bytes */10"],
    ["bytes=0-1,3-4", 200, "0123456789", ""],
    ["bytes=4-2", 200, "0123456789", ""],
    ["lines=1-2", 200, "0123456789", ""],
  ];
  for (const [range, ...expected] of cases) {
    const got = await ask({ range });
    assertEquals([range, got.status, got.text, got.range], [range, ...expected]);
    assertEquals(got.asked, got.status === 416 ? 0 : 1);
  }
});

test("contentReply() asks for no body that is not sent", async () => {
  const { etag } = CONTENT;
  assertEquals((await ask({}, "HEAD")).length, "10");
  for (
    const [fields, method] of [
      [{ ifNoneMatch: etag }, "GET"],
      [{ ifModifiedSince: DATE }, "GET"],
      [{ ifMatch: '"x"' }, "GET"],
      [{ range: "bytes=99-" }, "GET"],
      [{}, "HEAD"],
    ] as const
  ) assertEquals((await ask(fields, method)).asked, 0);
});

test("contentReply() looks at conditions before ranges, and at ranges for GET alone", async () => {
  const { etag } = CONTENT;
  const range = "bytes=0-1";
  const statusOf = async (fields: Partial<AskedFields>, method?: string) =>
    (await ask(fields, method)).status;
  assertEquals(await statusOf({ range, ifNoneMatch: etag }), 304);
  assertEquals(await statusOf({ range, ifMatch: '"x"' }), 412);
  assertEquals(await statusOf({ range, ifMatch: etag }), 206);
  assertEquals(await statusOf({ range: "bytes=99-", ifNoneMatch: etag }), 304);
  assertEquals(
    [await statusOf({ range }, "HEAD"), await statusOf({ range: "bytes=99-" }, "HEAD")],
    [200, 200],
  );
  assertEquals(
    [await statusOf({ range, ifRange: etag }), await statusOf({ range, ifRange: DATE })],
    [206, 206],
  );
  assertEquals([
    await statusOf({ range, ifRange: '"x"' }),
    await statusOf({ range, ifRange: `W/${etag}` }),
  ], [200, 200]);
  assertEquals(await statusOf({ range: "bytes=99-", ifRange: '"x"' }), 200);
});

test("contentReply() gives the same object for bytes that are held", () => {
  const held = new Content({ ...INIT, bytes: BYTES, digest: "d1" });
  const none = () => null;
  assert(contentReply(held, "GET", NONE, none) === held.whole);
  assert(contentReply(held, "HEAD", NONE, none) === held.head);
});

test("errorPage() has the body and the type, and no validators", async () => {
  const content = new Content({ ...INIT, name: "404.html", bytes: BYTES, digest: "d1" });
  const got = await gotOf(errorPage(content, 404, "GET", () => BYTES));
  assertEquals([got.status, got.text, got.fields], [404, "0123456789", {
    "content-type": "text/html; charset=utf-8",
    vary: "Accept-Encoding",
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
    "content-length": "10",
  }]);
  assertEquals(errorPage(content, 404, "HEAD", () => BYTES).body, null);
});
