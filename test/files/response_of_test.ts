import { assert, assertEquals } from "#assert";
import type { FileBodySource } from "../../files/file_reply.ts";
import { responseOf } from "../../files/response_of.ts";
import { test } from "../support/harness.ts";

class Parts implements FileBodySource {
  asked = 0;
  returned = 0;
  readonly #count: number;
  constructor(count: number) {
    this.#count = count;
  }
  [Symbol.asyncIterator](): this {
    return this;
  }
  next(): Promise<IteratorResult<Uint8Array<ArrayBuffer>, undefined>> {
    if (this.asked++ === this.#count) return Promise.resolve({ done: true, value: undefined });
    if (this.asked > 3) return Promise.reject(new Error("broken"));
    return Promise.resolve({ done: false, value: new Uint8Array([this.asked]) });
  }
  return(): Promise<IteratorResult<Uint8Array<ArrayBuffer>, undefined>> {
    this.returned++;
    return Promise.resolve({ done: true, value: undefined });
  }
}

test("responseOf() keeps status, fields and bytes", async () => {
  const bytes = new TextEncoder().encode("abc");
  const response = responseOf({
    status: 206,
    headers: [["X-A", "1"], ["ETag", '"x"']],
    body: bytes,
  });
  assertEquals([response.status, response.headers.get("x-a"), response.headers.get("etag")], [
    206,
    "1",
    '"x"',
  ]);
  assertEquals(await response.text(), "abc");
  for (const status of [204, 304]) {
    assertEquals(responseOf({ status, headers: [], body: null }).body, null);
  }
});

test("responseOf() asks for a part when it is wanted, and no sooner", async () => {
  const parts = new Parts(2);
  const { body } = responseOf({ status: 200, headers: [], body: parts });
  assert(body !== null);
  await Promise.resolve();
  assertEquals(parts.asked, 0);
  const reader = body.getReader();
  assertEquals(await reader.read(), { done: false, value: new Uint8Array([1]) });
  assertEquals(parts.asked, 1);
  await reader.cancel();
  assertEquals(parts.returned, 1);
  const whole = responseOf({ status: 200, headers: [], body: new Parts(2) });
  assertEquals([...new Uint8Array(await whole.arrayBuffer())], [1, 2]);
});

test("responseOf() fails as its body does", async () => {
  const response = responseOf({ status: 200, headers: [], body: new Parts(5) });
  const failure = await response.arrayBuffer().then(() => null, (error: unknown) => String(error));
  assertEquals(failure, "Error: broken");
});
