import { assert, assertEquals, assertRejects } from "#assert";
import { type BodyOwner, bodyStream, directParts } from "../../http/body_stream.ts";
import { streamParts } from "../../http/body_parts.ts";
import { gate, macrotask } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { bytes, text } from "../support/readers.ts";
import { post, talk } from "./talk.ts";

/** Owns a body that settles with `parts`. */
function ownerOf(...parts: Promise<Uint8Array | null>[]): BodyOwner & { reads: number } {
  return {
    reads: 0,
    taken: false,
    body: {
      read() {
        return parts.shift() ?? Promise.resolve(null);
      },
    },
    take() {
      Object.assign(this, { taken: true });
      this.reads++;
    },
  };
}

const part = (given: string) => Promise.resolve(bytes(given));

test("bodyStream() reads the body when somebody reads it", async () => {
  const owner = ownerOf(part("a"), part("b"));
  const stream = bodyStream(owner);
  assertEquals([owner.taken, await new Response(stream).text(), owner.taken], [false, "ab", true]);
  const left = ownerOf(part("a"));
  await bodyStream(left).cancel();
  assert(left.taken);
});

test("directParts() reads past the stream, and leaves it as if it had been read", async () => {
  const owner = ownerOf(part("a"), part("b"));
  const stream = bodyStream(owner);
  const parts = streamParts(stream);
  assertEquals([owner.taken, stream.locked], [true, true]);
  assertEquals([text(await parts.next()), owner.reads], ["a", 1]);
  assertEquals([text(await parts.next()), await parts.next()], ["b", null]);
  // Only what its end is told by has come by way of the stream.
  assertEquals([owner.reads, stream.locked], [2, true]);
});

test("directParts() leaves alone what is another stream, or was read", async () => {
  assertEquals(directParts(new ReadableStream()), undefined);
  const owner = ownerOf(part("a"), part("b"), part("c"));
  const stream = bodyStream(owner);
  const reader = stream.getReader();
  assertEquals(directParts(stream), undefined);
  const { value } = await reader.read();
  reader.releaseLock();
  assertEquals([text(value ?? null), directParts(stream)], ["a", undefined]);
  const [one, other] = stream.tee();
  assertEquals(directParts(stream), undefined);
  for (const branch of [one, other]) {
    assertEquals(directParts(branch), undefined);
    assertEquals(await new Response(branch).text(), "bc");
  }
});

test("directParts() tells a failure of the body, and that nobody wants it any more", async () => {
  const failed = gate<Uint8Array | null>();
  const stream = bodyStream(ownerOf(failed.promise));
  const parts = streamParts(stream);
  const read = parts.next();
  parts.cancel(new Error("enough"));
  failed.reject(new Error("broken"));
  await assertRejects(() => read, Error, "broken");
  const owner = ownerOf();
  const refused = streamParts(bodyStream(owner));
  owner.take = () => {
    throw new TypeError("nobody may");
  };
  refused.cancel();
  await macrotask();
  assert(stream.locked);
});

test("A handler may return the body of its request, however it is given", async () => {
  const body = "x".repeat(100_000);
  for (
    const answer of [
      (request: Request) => ({ body: request.body }),
      (request: Request) => new Response(request.body),
      (request: Request) => new Response(new Response(request.body).body),
      (request: Request) => ({ body: new Request(request).body }),
    ]
  ) {
    const kept: Request[] = [];
    const answers = await talk(post(body), (request) => {
      kept.push(request);
      return answer(request);
    });
    assert(answers.includes(" 200 OK"), answers.slice(0, 200));
    assertEquals(answers.replace(/[^x]/g, "").length, body.length);
    assertEquals(kept[0]?.bodyUsed, true);
    await assertRejects(() => kept[0]?.text() ?? Promise.resolve(""), TypeError);
  }
});

test("A handler may return the body of its request when it has read a few bytes of it", async () => {
  const answers = await talk(post("abcdef"), async ({ body }) => {
    const reader = body?.getReader({ mode: "byob" });
    const { value } = await reader?.read(new Uint8Array(2)) ?? {};
    reader?.releaseLock();
    return { headers: { "X-Read": text(value ?? null) ?? "" }, body };
  });
  assert(answers.includes("X-Read: ab\r\n"), answers);
  assert(answers.includes("\r\n\r\ncdef"), answers);
});

test("A body that is returned and read at once is refused", async () => {
  const failures: unknown[] = [];
  const read: Promise<unknown>[] = [];
  const options = { onRequestError: (error: unknown) => void failures.push(error) };
  const answers = await talk(post("abc"), (request) => {
    const { body } = request;
    const text = request.text();
    text.catch(() => undefined);
    read.push(text);
    return { body };
  }, options);
  assert(answers.includes(" 500 "), answers);
  assertEquals(failures.length, 1);
  // By then it is answered, and what nobody had read was dropped.
  await assertRejects(() => read[0] ?? Promise.resolve(), TypeError, "answered already");
});
