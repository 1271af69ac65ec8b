import { assertEquals, assertRejects, assertStrictEquals } from "#assert";
import { Refusal } from "../../http/refusal.ts";
import {
  FIELDS,
  HEAD_BYTES,
  readHead,
  REQUEST_LINE_BYTES,
  type RequestHead,
} from "../../http/request_head.ts";
import { test } from "../support/harness.ts";
import { bytes, MockConnection, oneByOne } from "./mock_connection.ts";

const HEAD = "GET /a?b HTTP/1.1\r\nHost: x\r\nAccept:  */* \r\n\r\n";

/** The head of `input`, or the status by which it is refused. */
async function outcomeOf(...input: (Uint8Array | string)[]): Promise<RequestHead | number | null> {
  const chunks = input.map((chunk) => typeof chunk === "string" ? bytes(chunk) : chunk);
  try {
    return await readHead(new MockConnection(chunks));
  } catch (error) {
    if (error instanceof Refusal) return error.status;
    throw error;
  }
}

/** A head of just `size` bytes. */
function headOf(size: number): string {
  const [start, end] = ["GET / HTTP/1.1\r\nHost: x\r\nX: ", "\r\n\r\n"];
  return start + "a".repeat(size - start.length - end.length) + end;
}

const EXPECTED: RequestHead = {
  method: "GET",
  path: "/a",
  authority: undefined,
  minor: 1,
  fields: [["host", "x"], ["accept", "*/*"]],
};

test("readHead() reads a head however it is cut", async () => {
  assertEquals(await outcomeOf(HEAD), EXPECTED, "whole");
  assertEquals(await outcomeOf(...oneByOne(HEAD)), EXPECTED, "byte by byte");
  for (let at = 1; at < HEAD.length; at++) {
    assertEquals(await outcomeOf(HEAD.slice(0, at), HEAD.slice(at)), EXPECTED, `cut at ${at}`);
  }
});

test("readHead() reads no further than the chunk in which the head ends", async () => {
  const connection = new MockConnection([bytes(HEAD.slice(0, 9)), bytes(`${HEAD.slice(9)}body`)]);
  assertEquals(await readHead(connection), EXPECTED);
  assertEquals(connection.reads, 2);
});

test("readHead() takes 16 KiB, and refuses a byte more with 431", async () => {
  assertEquals(HEAD_BYTES, 16_384);
  const head = await readHead(new MockConnection([bytes(headOf(HEAD_BYTES))]));
  assertEquals(head?.fields.length, 2);
  assertEquals(await outcomeOf(headOf(HEAD_BYTES + 1)), 431);
  assertEquals(await outcomeOf(...oneByOne(headOf(HEAD_BYTES + 1))), 431);
});

test("readHead() does not wait for the end of a head that is too large", async () => {
  const connection = new MockConnection(function* () {
    yield bytes("GET / HTTP/1.1\r\n");
    for (;;) yield bytes(`a: ${"b".repeat(1000)}\r\n`);
  }());
  assertEquals((await assertRejects(() => readHead(connection), Refusal)).status, 431);
  assertEquals(connection.reads, 18);
});

test("readHead() takes 100 fields, and refuses one more with 431", async () => {
  const fields = (count: number) => "a: b\r\n".repeat(count);
  const start = "GET / HTTP/1.1\r\nHost: x\r\n";
  const head = await readHead(new MockConnection([bytes(`${start}${fields(FIELDS - 1)}\r\n`)]));
  assertEquals(head?.fields.length, 100);
  assertEquals(await outcomeOf(`${start}${fields(FIELDS)}\r\n`), 431);
});

test("readHead() takes a request line of 8 KiB, and refuses a byte more with 414", async () => {
  const request = (size: number) => `GET /${"a".repeat(size - 14)} HTTP/1.1\r\nHost: x\r\n\r\n`;
  assertEquals(request(20).indexOf("\r"), 20);
  const head = await readHead(new MockConnection([bytes(request(REQUEST_LINE_BYTES))]));
  assertEquals(head?.method, "GET");
  assertEquals(await outcomeOf(request(REQUEST_LINE_BYTES + 1)), 414);
  assertEquals(await outcomeOf("a".repeat(REQUEST_LINE_BYTES + 1)), 414, "no line end in sight");
});

test("readHead() gives null when nothing comes, and 400 when the peer leaves in the middle", async () => {
  assertEquals(await outcomeOf(), null);
  for (let at = 1; at < HEAD.length; at++) {
    assertEquals(await outcomeOf(HEAD.slice(0, at)), 400, `left after ${at}`);
  }
});

test("readHead() passes on what read() rejects with", async () => {
  const reset = new Error("reset");
  const connection = new MockConnection([bytes("GET /"), reset]);
  assertStrictEquals(await assertRejects(() => readHead(connection), Error), reset);
});

test("readHead() refuses garbage at the first byte that shows it, without waiting for more", async () => {
  const host = "GET / HTTP/1.1\r\nHost: x\r\n";
  const garbage: Record<string, [text: string, status: number]> = {
    "a greeting of TLS": ["\x16", 400],
    "a NUL": ["GET / HTTP/1.1\r\nHost: x\0", 400],
    "a DEL": ["GET /\x7f", 400],
    "an escape in a value": [`${host}a: \x1b`, 400],
    "a bare LF": ["GET / HTTP/1.1\n", 400],
    "a bare LF in the fields": [`${host}\n`, 400],
    "a bare CR": ["GET / HTTP/1.1\rH", 400],
    "a CR before CR LF": ["GET / HTTP/1.1\r\r", 400],
    "a line of text": ["hello\r\n", 400],
    "HTTP/0.9": ["GET /\r\n", 400],
    "HTTP/2": ["PRI * HTTP/2.0\r\n", 400],
    "another version": ["GET / HTTP/1.2\r\n", 505],
    "two empty lines before the request": ["\r\n\r\n", 400],
    "a space before the first field": ["GET / HTTP/1.1\r\n Host: x\r\n", 400],
    "folding": [`${host} b\r\n`, 400],
    "a space before the colon": ["GET / HTTP/1.1\r\nHost : x\r\n", 400],
    "a field without a name": [`${host}: a\r\n`, 400],
    "no Host": ["GET / HTTP/1.1\r\n\r\n", 400],
    "two Hosts": [`${host}Host: x\r\n\r\n`, 400],
  };
  for (const [what, [text, status]] of Object.entries(garbage)) {
    // The next read would be this error instead.
    const connection = new MockConnection([...oneByOne(text), new Error("read on")]);
    const refusal = await assertRejects(() => readHead(connection), Refusal, "", what);
    assertEquals([what, refusal.status, connection.reads], [what, status, text.length]);
  }
});

test("readHead() names the line end that is wrong", async () => {
  const failed = () => readHead(new MockConnection([bytes("GET / HTTP/1.1\n")]));
  await assertRejects(failed, Refusal, "an LF without a CR");
});

test("readHead() forgives one empty line before the request", async () => {
  assertEquals(await outcomeOf(...oneByOne(`\r\n${HEAD}`)), EXPECTED);
});
