import { assertEquals } from "#assert";
import type { Message } from "../../http/message.ts";
import { Refusal } from "../../http/refusal.ts";
import { test } from "../support/harness.ts";
import { messageOf } from "./decoding.ts";

function parse(fields: string, line = "POST /a?b HTTP/1.1"): Message {
  const host = /^host:/im.test(fields) || line.endsWith("1.0") ? "" : "Host: ferris\r\n";
  return messageOf(`${line}\r\n${host}${fields}\r\n`);
}

function refusalOf(fields: string, line?: string): number | null {
  try {
    parse(fields, line);
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error.status;
    throw error;
  }
}

test("Message tells what the head says", () => {
  const message = parse("Host: a\r\nX-Y: \xe9\r\nx-y: 2\r\n__proto__: z\r\n");
  const { method, target, minor, host, keepAlive, hasBody, expectsContinue } = message;
  assertEquals([method, target, minor, host], ["POST", "/a?b", 1, "a"]);
  assertEquals([keepAlive, hasBody, expectsContinue], [true, false, false]);
  const fields = [["Host", "a"], ["X-Y", "\xe9"], ["x-y", "2"], ["__proto__", "z"]];
  assertEquals(message.fields.map((field) => [...field]), fields);
  assertEquals([message.parts.path, message.isFor("a"), message.isFor("b")], ["/a?b", true, false]);
  assertEquals(
    parse("Host: a\r\n", "GET http://a/ HTTP/1.1").isFor("a"),
    false,
    "nor by the field alone",
  );
});

test("Message.field() finds a field by its name in any case, and joins its lines", () => {
  const message = parse("X-Y: \xe9\r\nX-Z:\r\nx-y: 2\r\n__proto__: z\r\n");
  assertEquals(["x-y", "x-z", "__proto__", "y-x", ""].map((name) => message.field(name)), [
    "\xe9, 2",
    "",
    "z",
    null,
    null,
  ]);
});

test("Message knows whether the connection goes on", () => {
  const goesOn = (connection: string, line?: string) => parse(connection, line).keepAlive;
  const old = "GET / HTTP/1.0";
  assertEquals([goesOn(""), goesOn("", old)], [true, false]);
  assertEquals([goesOn("Connection: Close\r\n"), goesOn("connection: x, close ,y\r\n")], [
    false,
    false,
  ]);
  assertEquals(goesOn("Connection: keep-alive\r\nConnection: close\r\n"), false);
  assertEquals(goesOn("Connection: closed\r\n"), true);
  assertEquals(goesOn("Connection: Keep-Alive\r\n", old), true);
});

test("Message takes a Content-Length of digits alone", () => {
  assertEquals(parse("Content-Length: 0\r\n").hasBody, false);
  assertEquals(parse("content-length: 007\r\n").contentLength, 7);
  for (
    const value of [
      "",
      "+1",
      "-1",
      "0x1",
      "1,1",
      "1 1",
      "1.0",
      "1e3",
      "\u00b2",
      "9007199254740992",
      "1".repeat(30),
    ]
  ) {
    assertEquals(refusalOf(`Content-Length: ${value}\r\n`), 400, value);
  }
  assertEquals(refusalOf("Content-Length: 1\r\nContent-Length: 1\r\n"), 400);
});

test("Message knows no Transfer-Encoding but chunked, and nothing beside it", () => {
  assertEquals(parse("Transfer-Encoding: Chunked\r\n").chunked, true);
  // RFC 9112, section 6.3: without a final chunked, nobody knows where the body ends.
  const unframed = [
    "",
    "gzip",
    "identity",
    "xchunked",
    "chunked;a",
    "chunked, gzip",
    "\xa0chunked",
  ];
  for (const value of [...unframed, '"chunked"', "chunked, chunked", "gzip, chunked, chunked"]) {
    assertEquals(refusalOf(`Transfer-Encoding: ${value}\r\n`), 400, value);
  }
  for (const value of ["gzip, chunked", "gzip,\tchunked", "a\r\nTransfer-Encoding: chunked"]) {
    assertEquals(refusalOf(`Transfer-Encoding: ${value}\r\n`), 501, value);
  }
  const coding = "Transfer-Encoding: chunked\r\n";
  assertEquals(refusalOf(coding + coding), 400);
  assertEquals(refusalOf("Transfer-Encoding:\r\n"), 400);
  assertEquals(refusalOf(`Content-Length: 1\r\n${coding}`), 400);
  assertEquals(refusalOf(`${coding}Content-Length: 1\r\n`), 400);
  assertEquals(refusalOf(coding, "POST / HTTP/1.0"), 400);
});

test("Message refuses other versions, expectations and a second Host", () => {
  for (const version of ["2.0", "1.2", "0.9", "3.1"]) {
    assertEquals(refusalOf("", `GET / HTTP/${version}`), 505, version);
  }
  assertEquals(refusalOf("", "PRI * HTTP/2.0"), 400);
  assertEquals(refusalOf("Expect: tea\r\n"), 417);
  assertEquals(parse("Expect: 100-Continue\r\n").expectsContinue, true);
  assertEquals(parse("Expect: 100-continue\r\n", "GET / HTTP/1.0").expectsContinue, false);
  assertEquals(refusalOf("Host: a\r\nHost: a\r\n"), 400);
  assertEquals(refusalOf("", "GET / HTTP/1.0"), null, "which may do without one");
});

/** What a head is refused with that is not complete, if it is. */
function earlyRefusalOf(head: string): string {
  try {
    messageOf(head);
    return "";
  } catch (error) {
    return String(error);
  }
}

test("Message refuses a line as soon as it is there", () => {
  const line = "GET / HTTP/1.1\r\n";
  for (
    const head of [
      "GET / HTTP/5.6",
      "GET * HTTP/1.1",
      `${line}Host: a\r\nHost: a\r`,
      `${line}Content-Length: 1x\r`,
      `${line}Content-Length: 1\r\nContent-Length: 1\r`,
      `${line}Content-Length: 1\r\nTransfer-Encoding: chunked\r`,
      `${line}Expect: tea\r`,
      "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r",
    ]
  ) {
    assertEquals(earlyRefusalOf(head).startsWith("Refusal"), true, head);
    assertEquals(earlyRefusalOf(head.slice(0, -1)), "Error: the head is incomplete", head);
  }
});

test("Message knows that TRACE and CONNECT have no body", () => {
  for (const line of ["TRACE / HTTP/1.1", "CONNECT a:80 HTTP/1.1"]) {
    assertEquals(refusalOf("Content-Length: 1\r\n", line), 400);
    assertEquals(refusalOf("Transfer-Encoding: chunked\r\n", line), 400);
    assertEquals(refusalOf("Content-Length: 0\r\n", line), null);
  }
});
