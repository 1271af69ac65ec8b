import { assertEquals, assertThrows } from "#assert";
import {
  type FieldPlace,
  type HeadLimits,
  type HeadReader,
  HeadScanner,
} from "../../http/head_scanner.ts";
import type { LinePlace } from "../../http/line_scanner.ts";
import { Refusal } from "../../http/refusal.ts";
import { test } from "../support/harness.ts";
import { bytes } from "./mock_connection.ts";

const LIMITS: HeadLimits = { maxHeaderSize: 200, maxRequestLineSize: 60, maxHeaderCount: 3 };
const LINE = "GET / HTTP/1.1\r\n";

/** Keeps the parts as text. */
class Parts implements HeadReader {
  readonly words: string[] = [];

  lineAt(all: Uint8Array, base: number, place: LinePlace): void {
    const { start, methodEnd, targetEnd, version } = place;
    this.words.push(textOf(all, base + start, base + methodEnd));
    this.words.push(textOf(all, base + methodEnd + 1, base + targetEnd), String(version));
  }

  fieldAt(all: Uint8Array, base: number, place: FieldPlace): void {
    const { start, nameEnd, valueStart, valueEnd } = place;
    this.words.push(textOf(all, base + start, base + nameEnd));
    this.words.push(textOf(all, base + valueStart, base + valueEnd));
  }
}

function textOf(all: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...all.subarray(start, end));
}

/** What the scanner finds in `text`, given `step` bytes more at a time, and what follows it. */
function scan(text: string, step = text.length, part?: "trailers"): string[] | null {
  const [scanner, parts] = [new HeadScanner(LIMITS, part), new Parts()];
  // What stands before the head is not its affair.
  const all = bytes(`junk${text}`);
  for (let end = 4; end < all.length;) {
    end = Math.min(end + step, all.length);
    if (scanner.scan(parts, all, 4, end)) return [...parts.words, text.slice(scanner.size)];
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
    const found = ["GET", "/a?b", "11", "Host", "a b", "x", "", "Y", "\x80", "rest"];
    const last = found.pop();
    const seen = scan(text, step);
    assertEquals(seen?.slice(0, -1), found);
    assertEquals(last?.startsWith(seen?.at(-1) ?? "?"), true, "nothing after the head is needed");
  }
});

test("HeadScanner counts the fields of each head for itself", () => {
  const all = bytes(`${LINE}a: b\r\nc: d\r\n\r\n`);
  const scanner = new HeadScanner(LIMITS);
  for (let head = 0; head < 3; head++) {
    assertEquals(scanner.scan(new Parts(), all, 0, all.length), true);
    scanner.reset();
  }
});

test("HeadScanner reads one head after the other", () => {
  const all = bytes(`${LINE}a: b\r\n\r\nHEAD /c HTTP/1.0\r\n\r\n`);
  const [scanner, parts] = [new HeadScanner(LIMITS), new Parts()];
  assertEquals(scanner.scan(parts, all, 0, all.length), true);
  const { size } = scanner;
  scanner.reset();
  assertEquals([scanner.untouched, scanner.size], [true, 0]);
  assertEquals(scanner.scan(parts, all, size, all.length), true);
  assertEquals(parts.words, ["GET", "/", "11", "a", "b", "HEAD", "/c", "10"]);
  assertEquals(size + scanner.size, all.length);
});

test("HeadScanner forgives empty lines before the request, which count as part of the head", () => {
  assertEquals(scan(`\r\n${LINE}\r\n`), ["GET", "/", "11", ""]);
  assertEquals(scan(`${"\r\n".repeat(9)}${LINE}\r\n`), ["GET", "/", "11", ""]);
  assertEquals(refusalOf("\r\n".repeat(10_000)), 431);
  for (const line of ["\n", "\r\r\n", " \r\n"]) {
    assertEquals(refusalOf(`\r\n${line}${LINE}\r\n`), 400);
  }
  const scanner = new HeadScanner(LIMITS);
  scanner.scan(new Parts(), bytes("\r\n"), 0, 2);
  assertEquals(scanner.untouched, true);
  scanner.scan(new Parts(), bytes("\r\nG"), 0, 3);
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
  assertEquals(scan("a: b\r\n\r\nc", 1, "trailers"), ["a", "b", "c"]);
  assertEquals(scan("\r\n", 1, "trailers"), [""]);
  const large = `a: ${"b".repeat(300)}`;
  const refusal = assertThrows(() => scan(large, 1, "trailers"), Refusal);
  assertEquals(refusal.status, 400);
});
