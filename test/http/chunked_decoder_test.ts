import { assertEquals } from "#assert";
import { ChunkedDecoder } from "../../http/chunked_decoder.ts";
import type { HttpLimits } from "../../http/http_limits.ts";
import { Refusal } from "../../http/refusal.ts";
import { test } from "../support/harness.ts";
import { forEachSeed } from "../support/seeded.ts";
import { text } from "../support/readers.ts";
import { inputOf, limitsOf } from "./decoding.ts";

/** What is decoded, the trailers, and how many bytes are left; `null` when it is incomplete. */
async function decode(
  body: string,
  step: number,
  limits?: HttpLimits,
): Promise<{ found: string; trailers: string[]; left: number } | null> {
  const input = inputOf(body, step);
  const decoder = new ChunkedDecoder(limitsOf(limits));
  let found = "";
  while (!decoder.done) {
    if (input.ended) return null;
    await input.more();
    for (let part = decoder.take(input); part; part = decoder.take(input)) found += text(part);
  }
  return { found, trailers: decoder.trailers.map((field) => field.join("=")), left: input.length };
}

/** The status of the refusal, whole and byte by byte; `null` for none. */
async function refusalOf(body: string, limits?: HttpLimits): Promise<number | null> {
  const found: (number | null)[] = [];
  for (const step of [body.length, 1]) {
    found.push(
      await decode(body, step, limits).then(() => null, (error: unknown) => {
        if (error instanceof Refusal) return error.status;
        throw error;
      }),
    );
  }
  assertEquals(found[0], found[1], JSON.stringify(body));
  return found[0] ?? null;
}

test("ChunkedDecoder takes chunks apart, however they are cut, and leaves what follows", async () => {
  const body = '5\r\nhello\r\n00C;a;b=c ; d="e;\\"\x80"\r\n, my \r\n\r\nFoo\r\n1\r\n!\r\n000\r\n' +
    "A: b\r\nC:\r\n\r\nGET";
  for (const step of [1, 2, 3, 5, 1000]) {
    const decoded = await decode(body, step);
    assertEquals([decoded?.found, decoded?.trailers], ["hello, my \r\n\r\nFoo!", ["A=b", "C="]]);
  }
  assertEquals((await decode("0\r\n\r\nGET", 100))?.left, 3);
  assertEquals(await decode("5\r\nhell", 100), null);
  assertEquals(await decode("0\r\n", 1), null);
});

test("ChunkedDecoder refuses what is no chunk with 400", async () => {
  for (
    const body of [
      "\r\n",
      "+1\r\n",
      "-1\r\n",
      "0x1\r\n",
      "1_0\r\n",
      " 1\r\n",
      "1 \r\n",
      "1 ;a\r\n",
      "1\t;a\r\n",
      "1\ta\r\n",
      "1\x0b;a\r\n",
      "1 \n;a\r\n",
      " ;a\r\n",
      "g\r\n",
      ";a\r\n",
      "1\n",
      "1\r1",
      "20000000000000\r\n",
      "fffffffffffffffff\r\n",
      "1;\r\n",
      "1;a\n",
      "1;a\rb",
      "1;a\0\r\n",
      "1;a=\r\n",
      '1;a="\r\n',
      "1;=b\r\n",
      "1;a b\r\n",
      "1\r\nab",
      "1\r\na\n",
      "1\r\na\rb",
      "0\r\na b: c\r\n\r\n",
      "0\r\n a: c\r\n\r\n",
      "0\r\nContent-Length: 1\r\n\r\n",
      "0\r\ntransfer-encoding: chunked\r\n\r\n",
      "0\r\nHost: a\r\n\r\n",
    ]
  ) assertEquals(await refusalOf(body), 400, JSON.stringify(body));
  assertEquals(await refusalOf("1fffffffffffff\r\n"), null, "the largest safe integer");
});

test("ChunkedDecoder bounds lines, extensions and trailers", async () => {
  const limits = { maxChunkLineSize: 10, maxChunkExtensionsSize: 12, maxTrailerSize: 20 };
  assertEquals(await refusalOf("000000000a\r\n", limits), null);
  assertEquals(await refusalOf("0000000000a\r\n", limits), 400);
  assertEquals(await refusalOf("0000000000a", limits), 400, "before its end");
  assertEquals(await refusalOf("1;abcde\r\na\r\n1;abcde\r\n", limits), null);
  assertEquals(await refusalOf("1;abcde\r\na\r\n1;abcdef\r\n", limits), 400);
  assertEquals(await refusalOf(`0\r\na: ${"b".repeat(13)}\r\n\r\n`, limits), null);
  assertEquals(await refusalOf(`0\r\na: ${"b".repeat(14)}\r\n\r\n`, limits), 400);
});

test("ChunkedDecoder finds any text again that was cut into any chunks", async () => {
  await forEachSeed(200, async (chance) => {
    const sizes = Array.from({ length: chance.below(8) }, () => 1 + chance.below(40));
    const parts = sizes.map((size) => String.fromCharCode(97 + chance.below(26)).repeat(size));
    const extension = () => chance.pick(["", ";a", '; a = "b"', ";a=b ;c"]);
    const body = parts.map((part) =>
      `${chance.pick(["", "0", "00"])}${part.length.toString(16)}${extension()}\r\n${part}\r\n`
    ).join("") + "0\r\n\r\n";
    const decoded = await decode(body, 1 + chance.below(body.length));
    assertEquals(decoded?.found, parts.join(""));
    const cut = chance.below(body.length);
    assertEquals(await decode(body.slice(0, cut), 1 + chance.below(9)), null, `cut at ${cut}`);
  });
});
