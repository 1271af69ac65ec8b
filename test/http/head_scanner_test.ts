import { assertEquals, assertThrows } from "#assert";
import { type HeadLimits, HeadScanner } from "../../http/head_scanner.ts";
import { Refusal } from "../../http/refusal.ts";
import { test } from "../support/harness.ts";
import { bytes } from "./mock_connection.ts";

const LIMITS: HeadLimits = { maxHeaderSize: 200, maxRequestLineSize: 60, maxHeaderCount: 3 };
const LINE = "GET / HTTP/1.1\r\n";

/** What the scanner finds in `text`, given `step` bytes more at a time. */
function scan(text: string, step = text.length, part?: "trailers"): string[] | null {
  const scanner = new HeadScanner(LIMITS, part);
  // What stands before the head is not its affair.
  const all = bytes(`junk${text}`);
  for (let end = 4; end < all.length;) {
    end = Math.min(end + step, all.length);
    if (!scanner.scan(all, 4, end)) continue;
    const { begin, methodEnd, targetEnd, major, minor, fields, size } = scanner;
    const words = [text.slice(begin, methodEnd), text.slice(methodEnd + 1, targetEnd)];
    for (let i = 0; i < fields.length; i += 2) words.push(text.slice(fields[i], fields[i + 1]));
    return [...words, `${major}.${minor}`, text.slice(size)];
  }
  return null;
}

/** How `text` is refused, whole and byte by byte; `null` when it is not. */
function refusalOf(text: string): number | null {
  const [whole, slowly] = [text.length, 1].map((step) => {
    try {
      scan(text, step);
      return null;
    } catch (error) {
      if (error instanceof Refusal) return error.status;
      throw error;
    }
  });
  assertEquals(slowly, whole, JSON.stringify(text));
  return whole ?? null;
}

test("HeadScanner finds the parts, however the bytes are cut", () => {
  const text = "GET /a?b HTTP/1.1\r\nHost: \t a b\t \r\nx:\r\nY: \x80\r\n\r\nrest";
  for (const step of [1, 2, 3, 7, 100]) {
    const found = ["GET", "/a?b", "Host", "a b", "x", "", "Y", "\x80", "1.1", "rest"];
    const last = found.pop();
    const seen = scan(text, step);
    assertEquals(seen?.slice(0, -1), found);
    assertEquals(last?.startsWith(seen?.at(-1) ?? "?"), true, "nothing after the head is needed");
  }
});

test("HeadScanner notices what is not ASCII, at the beginning of a value and within it", () => {
  for (const value of ["\xe9", "a\xe9", "a", ""]) {
    const scanner = new HeadScanner(LIMITS);
    const head = bytes(`${LINE}a: ${value}\r\n\r\n`);
    scanner.scan(head, 0, head.length);
    assertEquals(scanner.isAscii, !value.includes("\xe9"), value);
  }
});

test("HeadScanner forgives one empty line before the request", () => {
  assertEquals(scan(`\r\n${LINE}\r\n`), ["GET", "/", "1.1", ""]);
  assertEquals(refusalOf(`\r\n\r\n${LINE}\r\n`), 400);
  const scanner = new HeadScanner(LIMITS);
  scanner.scan(bytes("\r\n"), 0, 2);
  assertEquals(scanner.untouched, true);
  scanner.scan(bytes("\r\nG"), 0, 3);
  assertEquals(scanner.untouched, false);
});

test("HeadScanner refuses what is no request line with 400, at the first byte that shows it", () => {
  for (
    const text of [
      ...Array.from(" \t\n\0:(@\x7f\x80\xff"),
      "\rG",
      "G\r",
      "GET  ",
      "GET\t",
      "GET /\t",
      "GET /#",
      "GET /\x7f",
      "GET /\x80",
      "GET /\r",
      "GET /\n",
      "GET /\0",
      "GET / h",
      "GET / HTTP/x",
      "GET / HTTP/1.x",
      "GET / HTTP/1.10",
      "GET / HTTP/1.1 ",
      "GET / HTTP/1.1\n",
      "GET / HTTP/1.1\rx",
    ]
  ) {
    assertEquals(refusalOf(text), 400, JSON.stringify(text));
    assertEquals(refusalOf(text.slice(0, -1)), null, "before that byte");
  }
});

test("HeadScanner refuses what is no field with 400, at the first byte that shows it", () => {
  for (
    const text of [
      " ",
      "\t",
      ":",
      "\n",
      "\rx",
      "a ",
      "a\t",
      "a\r",
      "a\n",
      "a(",
      "a\x80",
      "a:\n",
      "a:\0",
      "a: \x0b",
      "a: b\0",
      "a: b\n",
      "a: b\x7f",
      "a: b\rc",
      "a: b\r\r",
      "a: b\r\n ",
      "a: b\r\n\t",
      "a: b\r\n\n",
    ]
  ) {
    assertEquals(refusalOf(LINE + text), 400, JSON.stringify(text));
    assertEquals(refusalOf(LINE + text.slice(0, -1)), null, "before that byte");
  }
});

test("HeadScanner refuses what is too large, and takes what just fits", () => {
  assertEquals(refusalOf(`GET /${"a".repeat(55)} HTTP/1.1\r\n\r\n`), null);
  assertEquals(refusalOf(`GET /${"a".repeat(56)} HTTP/1.1\r\n\r\n`), 414);
  assertEquals(refusalOf("a".repeat(61)), 414);
  assertEquals(refusalOf(`${LINE}a:\r\nb:\r\nc:\r\n\r\n`), null);
  assertEquals(refusalOf(`${LINE}a:\r\nb:\r\nc:\r\nd`), 431);
  const field = (size: number) => `${LINE}a:${"b".repeat(size - LINE.length - 6)}\r\n\r\n`;
  assertEquals([field(200).length, refusalOf(field(200))], [200, null]);
  assertEquals(refusalOf(field(201)), 431);
  assertEquals(refusalOf(field(201).slice(0, 200)), 431, "as soon as it cannot fit any more");
});

test("HeadScanner takes trailers, which have no first line and are refused with 400", () => {
  assertEquals(scan("a: b\r\n\r\nc", 1, "trailers"), ["", "", "a", "b", "0.0", "c"]);
  assertEquals(scan("\r\n", 1, "trailers"), ["", "", "0.0", ""]);
  const large = `a: ${"b".repeat(300)}`;
  const refusal = assertThrows(() => scan(large, 1, "trailers"), Refusal);
  assertEquals(refusal.status, 400);
});
