/**
 * Whatever is long is read in a time that grows with its length. These values are longer than any limit
 * lets them be by default: so a reading that looks at bytes again and again is found.
 */

import { assert } from "#assert";
import { httpConnection } from "../../http/http_connection.ts";
import type { HttpLimits } from "../../http/http_limits.ts";
import { TextConnection } from "../fuzz/text_connection.ts";
import { test } from "../support/harness.ts";

const LENGTH = 150_000;
const MOST_MS = 3000;
const H = "Host: a\r\n";
const encoder = new TextEncoder();
const NO_LIMITS: HttpLimits = {
  maxHeaderSize: Infinity,
  maxRequestLineSize: Infinity,
  maxChunkLineSize: Infinity,
  maxChunkExtensionsSize: Infinity,
  maxTrailerSize: Infinity,
};

/** What is repeated, and what stands behind it, so that a look ahead fails at its end. */
const PATTERNS: readonly (readonly [repeated: string, end: string])[] = [
  [" ", "x"],
  [",", "x"],
  [", ", "x"],
  ["a", " "],
  ["a,", "\x7f"],
  ["a ", "("],
  ["chunked,", "x"],
  ["0", "x"],
  ["1.", ":x"],
  ["%41", "%"],
  ['"', "x"],
  ["\\", '"'],
  ["../", "x"],
  ["%2e/", " "],
  [";a", "="],
  [';a="b"', '"'],
  ["; a = b ", ";"],
  ['\\"', "x"],
];

const head = (fields: string) => `GET / HTTP/1.1\r\n${H}${fields}\r\n\r\n`;
const chunks = (body: string) => `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n${body}`;

/** Where a value may stand. */
const PLACES: Record<string, (value: string) => string> = {
  "Connection": (value) => head(`Connection: a${value}`),
  "Transfer-Encoding": (value) => head(`Transfer-Encoding: a${value}`),
  "Content-Length": (value) => head(`Content-Length: 0${value}`),
  "Expect": (value) => head(`Expect: a${value}`),
  "any field": (value) => head(`A: a${value}`),
  "Host": (value) => `GET / HTTP/1.1\r\nHost: a${value}\r\n\r\n`,
  "a path": (value) => `GET /${value} HTTP/1.1\r\n${H}\r\n`,
  "a query": (value) => `GET /?${value} HTTP/1.1\r\n${H}\r\n`,
  "a URL": (value) => `GET http://a${value} HTTP/1.1\r\n${H}\r\n`,
  "a host and port": (value) => `CONNECT a${value}:80 HTTP/1.1\r\n${H}\r\n`,
  "a method": (value) => `G${value} / HTTP/1.1\r\n${H}\r\n`,
  "an extension": (value) => chunks(`5;a${value}\r\nhello\r\n0\r\n\r\n`),
  "a quoted extension": (value) => chunks(`5;a="${value}\r\nhello\r\n0\r\n\r\n`),
  "a trailer": (value) => chunks(`0\r\nA: a${value}\r\n\r\n`),
};

test(`httpConnection() reads ${LENGTH} bytes of the worst in ${Object.keys(PLACES).length} places in linear time`, async () => {
  for (const [where, place] of Object.entries(PLACES)) {
    for (const [repeated, end] of PATTERNS) {
      const value = repeated.repeat(Math.floor(LENGTH / repeated.length)) + end;
      const began = performance.now();
      const peer = new TextConnection([encoder.encode(place(value))]);
      await httpConnection(peer.connection, async (request) => {
        await request.text();
        return { body: `${request.url.length} ${[...request.headers].length}` };
      }, { limits: NO_LIMITS });
      assert(peer.sent.startsWith("HTTP/1.1 "), `${where}: ${repeated}: no answer`);
      // A few milliseconds, in truth; what looks at bytes again and again takes far more.
      assert(performance.now() - began < MOST_MS, `${where}: ${repeated}: it takes too long`);
    }
  }
});
