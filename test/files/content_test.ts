import { assert, assertEquals } from "#assert";
import { CODINGS } from "../../files/accepted_codings.ts";
import { Content } from "../../files/content.ts";
import { test } from "../support/harness.ts";
import { gotOf } from "./site.ts";

const AT = 1_700_000_000_000_000_000n;
const INIT = {
  name: "a.html",
  version: { dev: 1n, ino: 2n, size: 3n, mtimeNs: AT, ctimeNs: AT },
  at: 1_800_000_000_000,
  coding: null,
  cacheControl: "max-age=1",
  bytes: new TextEncoder().encode("abc"),
  digest: "d1",
};

test("Content has the answers that are sent most ready", async () => {
  const content = new Content(INIT);
  assert(content.whole !== null);
  const whole = await gotOf(content.whole);
  assertEquals([whole.status, whole.text], [200, "abc"]);
  assertEquals(whole.fields, {
    "content-type": "text/html; charset=utf-8",
    "last-modified": "Tue, 14 Nov 2023 22:13:20 GMT",
    etag: content.etag,
    "cache-control": "max-age=1",
    vary: "Accept-Encoding",
    "accept-ranges": "bytes",
    "x-content-type-options": "nosniff",
    "content-length": "3",
  });
  assertEquals([content.head.body, await gotOf(content.head)], [null, {
    ...whole,
    text: "",
    bytes: new Uint8Array(),
  }]);
});

test("Content.unmodified has what a cache needs, and nothing of the body", async () => {
  const { unmodified, etag } = new Content(INIT);
  const { status, fields } = await gotOf(unmodified);
  assertEquals([status, unmodified.body], [304, null]);
  assertEquals(fields, { etag, "cache-control": "max-age=1", vary: "Accept-Encoding" });
});

test("Content of a coding has the type of the file, and a tag of its own", () => {
  const plain = new Content(INIT);
  for (const coding of CODINGS) {
    const { fields, etag } = new Content({ ...INIT, coding });
    const told = new Map(fields);
    assertEquals([told.get("Content-Type"), told.get("Content-Encoding")], [
      "text/html; charset=utf-8",
      coding.name,
    ]);
    assert(etag !== plain.etag && etag.endsWith(`-${coding.name}"`), etag);
  }
  assertEquals(new Content({ ...INIT, bytes: null }).whole, null);
});
