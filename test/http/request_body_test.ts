import { assertEquals, assertRejects, assertThrows } from "#assert";
import type { HttpLimits } from "../../http/http_limits.ts";
import { Refusal } from "../../http/refusal.ts";
import { readAll, RequestBody } from "../../http/request_body.ts";
import { test } from "../support/harness.ts";
import { text } from "../support/readers.ts";
import { inputOf, limitsOf, messageOf } from "./decoding.ts";

/** The body in `input`, framed as `field` says. */
function bodyOf(field: string, input: string, step = 3, given?: HttpLimits): RequestBody {
  const limits = limitsOf(given);
  const message = messageOf(`POST / HTTP/1.1\r\nHost: a\r\n${field}\r\n\r\n`);
  const source = inputOf(input, step);
  const waitForBody = () => source.more();
  return new RequestBody({ input: source, limits, waitForBody }, message);
}

const CHUNKED = "Transfer-Encoding: chunked";

test("RequestBody gives what belongs to it, then null", async () => {
  const plain = bodyOf("Content-Length: 5", "helloGET");
  assertEquals(text(await readAll(plain)), "hello");
  assertEquals([plain.consumed, plain.received, await plain.read()], [true, true, null]);
  const chunked = bodyOf(CHUNKED, "2\r\nhe\r\n3\r\nllo\r\n0\r\nA: b\r\n\r\n");
  assertEquals([chunked.consumed, chunked.trailers.length], [false, 0]);
  assertEquals(text(await readAll(chunked)), "hello");
  assertEquals([chunked.consumed, chunked.trailers.length], [true, 1]);
});

test("RequestBody is refused with 413 when it is over its limit", async () => {
  const limits = { maxRequestBodySize: 4 };
  assertEquals(text(await readAll(bodyOf("Content-Length: 4", "1234", 3, limits))), "1234");
  assertEquals(text(await readAll(bodyOf(CHUNKED, "4\r\n1234\r\n0\r\n\r\n", 3, limits))), "1234");
  const told = assertThrows(() => bodyOf("Content-Length: 5", "", 3, limits), Refusal);
  const counted = bodyOf(CHUNKED, "3\r\n123\r\n2\r\n45\r\n", 3, limits);
  const refusal = await assertRejects(() => readAll(counted), Refusal);
  assertEquals([told.status, refusal.status], [413, 413]);
});

test("RequestBody fails for good when it ends too early or is malformed", async () => {
  for (const body of [bodyOf("Content-Length: 5", "hell"), bodyOf(CHUNKED, "5\r\nhello\n")]) {
    const first = await assertRejects(() => readAll(body), Refusal);
    const second = await assertRejects(() => body.read(), Refusal);
    assertEquals([first.status, second === first, body.failure === first], [400, true, true]);
  }
});

test("RequestBody.check() looks at all that has come, and keeps it for read()", async () => {
  const body = bodyOf(CHUNKED, "1\r\na\r\n1\r\nb\r\n0\r\n\r\n", 100);
  await assertRejects(async () => {
    const bad = bodyOf(CHUNKED, "1\r\na\r\nx", 100);
    assertEquals(text(await bad.read()), "a");
    bad.check();
  }, Refusal);
  assertEquals(text(await body.read()), "a");
  body.check();
  assertEquals([body.received, body.consumed], [true, false]);
  assertEquals([text(await body.read()), await body.read()], ["b", null]);
});

test("RequestBody.discard() drops the rest up to a limit; nobody reads after it", async () => {
  assertEquals(await bodyOf("Content-Length: 5", "hello").discard(5), true);
  assertEquals(await bodyOf("Content-Length: 5", "hello").discard(4), false);
  const chunked = "5\r\nhello\r\n0\r\n\r\n";
  assertEquals(await bodyOf(CHUNKED, chunked).discard(5), true);
  assertEquals(await bodyOf(CHUNKED, chunked).discard(4), false);
  const body = bodyOf("Content-Length: 5", "hello");
  const dropped = body.discard(5);
  await assertRejects(
    () => body.read(),
    TypeError,
    "Cannot read the body: the request was answered",
  );
  assertEquals(await dropped, true);
  const whole = bodyOf("Content-Length: 5", "hello");
  await readAll(whole);
  assertEquals([await whole.discard(5), await whole.read()], [true, null]);
});
