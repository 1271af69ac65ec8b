import { assertEquals, assertMatch } from "#assert";
import { jsonMessage, LOG_FORMATS, type LogEntry } from "../../program/access_log.ts";
import { test } from "../support/harness.ts";

const ENTRY: LogEntry = {
  remoteAddr: { transport: "tcp", hostname: "192.0.2.7", port: 5000 },
  date: new Date(Date.UTC(2026, 10, 2, 3, 4, 5, 678)),
  request: { method: "GET", target: "/a?b", httpVersion: "1.1", field: () => null },
  status: 200,
  bytes: 12,
  complete: true,
  duration: 1.23456,
};

function asking(target: string, fields: Readonly<Record<string, string>> = {}): LogEntry {
  const field = (name: string) => fields[name] ?? null;
  return { ...ENTRY, request: { method: "GET", target, httpVersion: "1.0", field } };
}

/** Every code unit that a parser lets through, and some that none does. */
const NASTY = String.fromCharCode(...Array.from({ length: 0x100 }, (_, unit) => unit)) +
  "\u2028\u2029\ud800";

test("the common format is that of NCSA", () => {
  const { common } = LOG_FORMATS;
  assertEquals(
    common(ENTRY),
    '192.0.2.7 - - [02/Nov/2026:03:04:05 +0000] "GET /a?b HTTP/1.1" 200 12',
  );
  const date = "- - [02/Nov/2026:03:04:05 +0000]";
  assertEquals(
    common({ ...ENTRY, status: 304, bytes: 0, complete: false }),
    `192.0.2.7 ${date} "GET /a?b HTTP/1.1" 304 - aborted`,
  );
  assertEquals(
    common({ ...ENTRY, remoteAddr: { transport: "unix", path: "/run/x y" }, request: null }),
    `unix ${date} "-" 200 12`,
  );
  const v6 = { transport: "tcp", hostname: "::1", port: 1 } as const;
  assertEquals(common({ ...ENTRY, remoteAddr: v6 }).split(" ")[0], "::1");
});

test("the common format has the second of each answer", () => {
  const at = (ms: number) => LOG_FORMATS.common({ ...ENTRY, date: new Date(ms) }).slice(15, 41);
  const [before, after] = ["31/Dec/1999:23:59:59 +0000", "01/Jan/2000:00:00:00 +0000"];
  const start = Date.UTC(2000, 0, 1);
  const times = [start - 1000, start - 1, start, start + 999, start - 1].map(at);
  assertEquals(times, [before, before, after, after, before]);
});

test("the common format has one line of visible ASCII, whatever is asked for", () => {
  const line = LOG_FORMATS.common(asking(`/${NASTY}`));
  assertMatch(line, /^[ -~]+$/);
  assertMatch(line, /"GET \/\\x00\\x01.*\\x0a.*\\x1b.* !\\"#.*\\\\].*\\x7f.* HTTP\/1\.0" 200 12$/);
});

test("JSON has the time, the client, the request and how it went", () => {
  const fields = { "user-agent": "a", referer: "b" };
  assertEquals(JSON.parse(LOG_FORMATS.json(asking("/x", fields))), {
    time: "2026-11-02T03:04:05.678Z",
    client: "192.0.2.7",
    method: "GET",
    target: "/x",
    version: "1.0",
    status: 200,
    bytes: 12,
    ms: 1.235,
    agent: "a",
    referer: "b",
  });
  assertEquals(JSON.parse(LOG_FORMATS.json({ ...ENTRY, request: null, complete: false })), {
    time: "2026-11-02T03:04:05.678Z",
    client: "192.0.2.7",
    status: 200,
    bytes: 12,
    ms: 1.235,
    aborted: true,
  });
});

test("JSON has one line without control characters, and says what was sent", () => {
  const line = LOG_FORMATS.json(asking(NASTY, { "user-agent": NASTY, referer: NASTY }));
  // deno-lint-ignore no-control-regex
  assertEquals(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(line), false);
  const { target, agent } = JSON.parse(line);
  assertEquals([target, agent], [NASTY, NASTY]);
});

test("both formats bound what a client sends", () => {
  for (const format of Object.values(LOG_FORMATS)) {
    const long = "x".repeat(8000);
    const line = format(asking(long, { "user-agent": long, referer: long }));
    assertEquals(line.length < 4000, true, `${line.length}`);
    assertMatch(line, /x{1000}\.\.\./);
  }
});

test("jsonMessage() is one line of JSON", () => {
  const line = jsonMessage(new Date(0), "a\n\x7f");
  assertEquals(line, '{"time":"1970-01-01T00:00:00.000Z","message":"a\\n\\u007f"}');
});
