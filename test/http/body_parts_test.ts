import { assertEquals, assertRejects, assertThrows } from "#assert";
import type { BodyParts, ReplyBody } from "../../http/answer.ts";
import { bodyOf, formParts, streamParts } from "../../http/body_parts.ts";
import { macrotask } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { text } from "../support/readers.ts";

/** All parts, as text. */
async function partsOf(body: string | Uint8Array | BodyParts | null): Promise<(string | null)[]> {
  if (typeof body === "string") return [body];
  if (body === null || body instanceof Uint8Array) return [text(body)];
  const parts: (string | null)[] = [];
  for (let part = await body.next(); part !== null; part = await body.next()) {
    parts.push(text(part));
  }
  return parts;
}

async function* pieces(): AsyncGenerator<Uint8Array | string> {
  yield "a";
  yield "";
  await macrotask();
  yield new TextEncoder().encode("b\u00e9");
}

test("bodyOf() takes text, bytes, blobs, streams and async iterables", async () => {
  const bytes = new TextEncoder().encode("\u00e9");
  assertEquals(await partsOf(bodyOf("\u00e9")), ["\u00e9"]);
  assertEquals(await partsOf(bodyOf(bytes)), ["\u00e9"]);
  assertEquals(await partsOf(bodyOf(bytes.buffer)), ["\u00e9"]);
  assertEquals(await partsOf(bodyOf(new Blob(["ab"]))), ["ab"]);
  assertEquals(await partsOf(bodyOf(pieces())), ["a", "b\u00e9"]);
  const stream = new Response("abc").body;
  assertEquals([await partsOf(bodyOf(stream)), await partsOf(bodyOf(null))], [["abc"], [null]]);
  assertEquals(bodyOf(undefined), null);
});

test("bodyOf() refuses what is no body, at once or when it comes", async () => {
  for (const body of [1, {}, [], true]) {
    assertThrows(
      () => bodyOf(body as unknown as ReplyBody),
      TypeError,
      "Cannot answer: the body is",
    );
  }
  const odd = bodyOf({
    async *[Symbol.asyncIterator]() {
      await macrotask();
      yield 1 as unknown as string;
    },
  });
  await assertRejects(() => partsOf(odd), TypeError, "Cannot answer: a part of the body is 1");
});

test("cancel() tells the source, whatever that does then", async () => {
  const told: unknown[] = [];
  const failing = { type: "bytes", cancel: (reason: unknown) => void told.push(reason) } as const;
  streamParts(new ReadableStream(failing)).cancel("enough");
  const iterated = bodyOf({
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.resolve({ done: false as const, value: "a" }),
      return: () => {
        told.push("returned");
        return Promise.reject(new Error("late"));
      },
    }),
  });
  (iterated as BodyParts).cancel();
  const throwing = bodyOf({
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.resolve({ done: false as const, value: "a" }),
      return: () => {
        told.push("thrown");
        throw new Error("at once");
      },
    }),
  });
  (throwing as BodyParts).cancel();
  await macrotask();
  assertEquals(told, ["enough", "returned", "thrown"]);
});

test("formParts() takes what is left of a form that nobody wants any more", async () => {
  const form = new FormData();
  form.append("text", "a");
  form.append("file", new Blob(["b".repeat(200_000)]));
  const asText = async (body: BodyParts) => (await partsOf(body)).join("");
  const made = () => new Response(form).body ?? new ReadableStream();
  assertEquals((await asText(formParts(made()))).includes("b".repeat(200_000)), true);
  // Of this, Node would tell the process.
  for (let reads = 0; reads < 3; reads++) {
    const parts = formParts(made());
    for (let read = 0; read < reads; read++) await parts.next();
    void parts.next();
    parts.cancel();
    while (await parts.next() !== null) { /* What is left is taken in turns. */ }
    await macrotask();
  }
});
