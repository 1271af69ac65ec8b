/** What a handler sees of the requests that are accepted: the same on every runtime, byte for byte. */

import { assertEquals } from "#assert";
import { httpConnection } from "../../http/http_connection.ts";
import { TextConnection } from "../fuzz/text_connection.ts";
import { test } from "../support/harness.ts";
import { bytesOf, latin1 } from "./wire.ts";

/** What is seen of a request: its method, URL and target, or its fields, or its body and trailers. */
interface Seen {
  readonly line: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly body: string;
  readonly trailers: string;
}

/** What is seen of each request in a text that comes in these pieces. */
async function seenIn(pieces: readonly Uint8Array[]): Promise<Seen[]> {
  const seen: Seen[] = [];
  const peer = new TextConnection(pieces);
  await httpConnection(peer.connection, async (request, info) => {
    const fields: [string, string][] = [];
    for (const name of new Set(request.headers.keys())) {
      const value = request.headers.get(name) ?? "";
      // Neither way to ask knows more than the other.
      assertEquals(info.header(name.toUpperCase()), value);
      fields.push([name, value]);
    }
    fields.sort(([a], [b]) => a < b ? -1 : 1);
    const line = `${request.method} ${request.url} ${info.target} ${info.httpVersion}`;
    const body = latin1(new Uint8Array(await request.arrayBuffer()));
    const trailers = [...info.trailers].join("|");
    seen.push({ line, fields: Object.fromEntries(fields), body, trailers });
    return { body: "ok" };
  });
  return seen;
}

/** What is seen of `text`, whole and byte by byte. */
async function seenOf(text: string): Promise<Seen> {
  const bytes = bytesOf(text);
  const [whole] = await seenIn([bytes]);
  const [bytewise] = await seenIn(Array.from(bytes, (byte) => Uint8Array.of(byte)));
  if (whole === undefined) throw new Error(`refused: ${text}`);
  assertEquals(whole, bytewise);
  return whole;
}

/** By the request line and Host: the method, URL and target. */
const LINES: readonly (readonly [line: string, host: string, seen: string])[] = [
  ["get / HTTP/1.1", "a", "get http://a/ / 1.1"],
  ["GeT / HTTP/1.0", "a", "GeT http://a/ / 1.0"],
  ["!#$%&'*+-.^_`|~ / HTTP/1.1", "a", "!#$%&'*+-.^_`|~ http://a/ / 1.1"],
  [`${"M".repeat(8000)} / HTTP/1.1`, "a", `${"M".repeat(8000)} http://a/ / 1.1`],
  ["TRACE / HTTP/1.1", "a", "TRACE http://a/ / 1.1"],
  ["OPTIONS * HTTP/1.1", "a:8", "OPTIONS http://a:8/* * 1.1"],
  ["CONNECT A:080 HTTP/1.1", "a", "CONNECT http://a/ A:080 1.1"],
  ["CONNECT [::1]:443 HTTP/1.1", "[0::1]:443", "CONNECT http://[::1]:443/ [::1]:443 1.1"],
  ["GET HTTP://A:80 HTTP/1.1", "a", "GET http://a/ HTTP://A:80 1.1"],
  ["GET http://a?b=/c HTTP/1.1", "a:80", "GET http://a/?b=/c http://a?b=/c 1.1"],
  ["GET http://[::1]:81/b HTTP/1.1", "[::1]:81", "GET http://[::1]:81/b http://[::1]:81/b 1.1"],
  ["GET http://a.:/b HTTP/1.1", "A.", "GET http://a./b http://a.:/b 1.1"],
  ["GET //b/c HTTP/1.1", "a", "GET http://a//b/c //b/c 1.1"],
  ["GET //u@b:80/c HTTP/1.1", "a", "GET http://a//u@b:80/c //u@b:80/c 1.1"],
  ["GET /// HTTP/1.1", "a", "GET http://a/// /// 1.1"],
  ["GET /http://b/ HTTP/1.1", "a", "GET http://a/http://b/ /http://b/ 1.1"],
  ["GET /b/../../c/./d HTTP/1.1", "a", "GET http://a/c/d /b/../../c/./d 1.1"],
  ["GET /%2E%2e/b%2f..%5C HTTP/1.1", "a", "GET http://a/b%2f..%5C /%2E%2e/b%2f..%5C 1.1"],
  ["GET /%zz%4%00%FF HTTP/1.1", "a", "GET http://a/%zz%4%00%FF /%zz%4%00%FF 1.1"],
  ["GET /?? HTTP/1.1", "a", "GET http://a/?? /?? 1.1"],
  ["GET /?/../.. HTTP/1.1", "a", "GET http://a/?/../.. /?/../.. 1.1"],
  ["GET /\\b\\..\\c HTTP/1.1", "a", "GET http://a//c /\\b\\..\\c 1.1"],
  ["GET /c:/..?d HTTP/1.1", "a", "GET http://a/?d /c:/..?d 1.1"],
  ['GET /"<>`{}|^[] HTTP/1.1', "a", 'GET http://a/%22%3C%3E%60%7B%7D|%5E[] /"<>`{}|^[] 1.1'],
  ["GET /?\"<>`'{}|^[] HTTP/1.1", "a", "GET http://a/?%22%3C%3E`%27{}|^[] /?\"<>`'{}|^[] 1.1"],
  ["GET / HTTP/1.1", "A.b-C_d:", "GET http://a.b-c_d/ / 1.1"],
  ["GET / HTTP/1.1", "a:0080", "GET http://a/ / 1.1"],
  ["GET / HTTP/1.1", "a:65535", "GET http://a:65535/ / 1.1"],
  ["GET / HTTP/1.1", "[::ffff:1.2.3.4]", "GET http://[::ffff:102:304]/ / 1.1"],
  ["GET / HTTP/1.1", "0x7f.1", "GET http://127.0.0.1/ / 1.1"],
  ["GET / HTTP/1.1", "%C3%A4", "GET http://xn--4ca/ / 1.1"],
  ["GET / HTTP/1.1", "\t a \t", "GET http://a/ / 1.1"],
  ["GET / HTTP/1.1", "a".repeat(7000), `GET http://${"a".repeat(7000)}/ / 1.1`],
];

/** By the lines of fields: what each name says. */
const FIELDS: readonly (readonly [lines: string, seen: Readonly<Record<string, string>>])[] = [
  ["A:b", { a: "b" }],
  ["A:\t b \t", { a: "b" }],
  ["A:", { a: "" }],
  ["A: \t ", { a: "" }],
  ["A: b \t c", { a: "b \t c" }],
  ["A: \xe4\xff\xa0", { a: "\xe4\xff\xa0" }],
  ["A: \xc3\xa4", { a: "\xc3\xa4" }],
  ["A: \xef\xbb\xbfb", { a: "\xef\xbb\xbfb" }],
  ["A: \xa0b\x85", { a: "\xa0b\x85" }],
  ["A: b\r\na: c, d\r\nA: e", { a: "b, c, d, e" }],
  ["A: b\r\nA:\r\nA: c", { a: "b, , c" }],
  ["Cookie: a=1; b=2\r\ncookie: c=3", { cookie: "a=1; b=2; c=3" }],
  ["Set-Cookie: a=1\r\nSet-Cookie: b=2", { "set-cookie": "a=1, b=2" }],
  ["constructor: a\r\ntoString: b\r\nhasOwnProperty: c", {
    constructor: "a",
    tostring: "b",
    hasownproperty: "c",
  }],
  ["!#$%&'*+-.^_`|~0aZ: b", { "!#$%&'*+-.^_`|~0az": "b" }],
  [`A: ${"b".repeat(16_000)}`, { a: "b".repeat(16_000) }],
  [Array.from({ length: 99 }, (_, i) => `A: ${i}`).join("\r\n"), {
    a: Array.from({ length: 99 }, (_, i) => i).join(", "),
  }],
];

/** By the chunks: the body and the trailers. */
const CHUNKS: readonly (readonly [chunks: string, body: string, trailers?: string])[] = [
  ["5\r\nhello\r\n0\r\n\r\n", "hello"],
  ["0\r\n\r\n", ""],
  ["1\r\n\xff\r\n002\r\n\r\n\r\n000;a\r\n\r\n", "\xff\r\n"],
  ['A;a="\\""\r\n0\r\n\r\n5\r\n\r\n\r\n0\r\n\r\n', "0\r\n\r\n5\r\n\r\n"],
  ["5; a = b \t;c\r\nhello\r\n0\r\n\r\n", "hello"],
  ["0\r\nA: b\r\na:\t c \r\nB:\r\n\r\n", "", "a,b, c|b,"],
  ["0\r\n__proto__: a\r\nC: \xff\r\n\r\n", "", "__proto__,a|c,\xff"],
  ["0\r\nCookie: a\r\nCookie: b\r\n\r\n", "", "cookie,a; b"],
];

test(`a handler sees the method, URL and target of ${LINES.length} request lines`, async () => {
  for (const [line, host, expected] of LINES) {
    assertEquals((await seenOf(`${line}\r\nHost: ${host}\r\n\r\n`)).line, expected);
  }
});

test(`a handler sees the fields of ${FIELDS.length} heads, in both ways the same`, async () => {
  for (const [lines, expected] of FIELDS) {
    const { fields } = await seenOf(`GET / HTTP/1.1\r\nHost: a\r\n${lines}\r\n\r\n`);
    assertEquals(fields, { ...expected, host: "a" });
  }
  const { fields } = await seenOf("GET / HTTP/1.1\r\nHost: a\r\n__proto__: b\r\n\r\n");
  assertEquals(Object.entries(fields), [["__proto__", "b"], ["host", "a"]]);
});

test(`a handler sees the body and trailers of ${CHUNKS.length} chunked requests`, async () => {
  for (const [chunks, body, trailers = ""] of CHUNKS) {
    const head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    const seen = await seenOf(head + chunks);
    assertEquals([seen.body, seen.trailers], [body, trailers], JSON.stringify(chunks));
  }
});
