import { assertEquals } from "#assert";
import { HeadScanner } from "../../http/head_scanner.ts";
import { fieldsOf, Message } from "../../http/message.ts";
import { Refusal } from "../../http/refusal.ts";
import { test } from "../support/harness.ts";
import { bytes } from "./mock_connection.ts";

const LIMITS = { maxHeaderSize: 4096, maxRequestLineSize: 4096, maxHeaderCount: 100 };

function parse(fields: string, line = "POST /a?b HTTP/1.1"): Message {
  const head = bytes(`${line}\r\n${fields}\r\n`);
  const scanner = new HeadScanner(LIMITS);
  if (!scanner.scan(head, 0, head.length)) throw new Error("incomplete");
  return new Message(head, scanner);
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
  assertEquals(fieldsOf("ab", [0, 1, 1, 2]).map((field) => [...field]), [["a", "b"]]);
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
  for (
    const value of [
      "gzip",
      "gzip, chunked",
      "chunked, chunked",
      "identity",
      "xchunked",
      "chunked;a",
    ]
  ) {
    assertEquals(refusalOf(`Transfer-Encoding: ${value}\r\n`), 501, value);
  }
  const coding = "Transfer-Encoding: chunked\r\n";
  assertEquals(refusalOf(coding + coding), 501);
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
});
