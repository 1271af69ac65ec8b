import { assert, assertEquals } from "#assert";
import {
  clearAt,
  digestOf,
  type FileVersion,
  hasSameBytes,
  isOutdated,
  isSameVersion,
  REST_MS,
  restOf,
  validatorsOf,
  versionOf,
} from "../../files/file_version.ts";
import { test } from "../support/harness.ts";

const AT_MS = 1_700_000_000_123;
const AT = 1_700_000_000_123_456_789n;
const VERSION: FileVersion = { dev: 1n, ino: 2n, size: 3n, mtimeNs: AT, ctimeNs: AT };
const LATER = AT_MS + 60_000;

test("validatorsOf() has another tag for each change, and for each coding", () => {
  const changes: Partial<FileVersion>[] = [
    {},
    { dev: 2n },
    { ino: 3n },
    { size: 4n },
    { mtimeNs: AT + 1n, ctimeNs: AT + 1n },
    { ctimeNs: AT + 1n },
    { mtimeNs: AT - 1n },
    { mtimeNs: AT - 1n, ctimeNs: AT - 1n },
  ];
  const tags = changes.map((change) =>
    validatorsOf({ ...VERSION, ...change }, null, LATER, null).etag
  );
  tags.push(
    validatorsOf(VERSION, "br", LATER, null).etag,
    validatorsOf(VERSION, "gzip", LATER, null).etag,
  );
  assertEquals(new Set(tags).size, tags.length);
  for (const tag of tags) assert(/^"[\x21\x23-\x7e]+"$/.test(tag), tag);
  assertEquals(tags[0], validatorsOf({ ...VERSION }, null, LATER + 1, null).etag);
});

test("validatorsOf() tells the second of the last change, but none in the future or out of range", () => {
  assertEquals(validatorsOf(VERSION, null, LATER, null).modified, "Tue, 14 Nov 2023 22:13:20 GMT");
  assertEquals(validatorsOf(VERSION, null, AT_MS - 1000, null).modified, undefined);
  const huge = { ...VERSION, mtimeNs: 10n ** 21n };
  assertEquals(validatorsOf(huge, null, Infinity, null).modified, undefined);
  assertEquals(
    validatorsOf({ ...VERSION, mtimeNs: -(10n ** 9n) }, null, LATER, null).modified,
    undefined,
  );
  const first = validatorsOf({ ...VERSION, mtimeNs: 0n }, null, LATER, null).modified;
  assertEquals(first, "Thu, 01 Jan 1970 00:00:00 GMT");
});

test("validatorsOf() names bytes that are held by their digest, wherever they are, and is strong", () => {
  const tag = (version: FileVersion, coding: string | null) =>
    validatorsOf(version, coding, AT_MS, "d1").etag;
  assertEquals([tag(VERSION, null), tag(VERSION, "br")], ['"d1"', '"d1-br"']);
  assertEquals(tag({ ...VERSION, dev: 7n, ino: 8n, mtimeNs: 9n }, null), '"d1"');
});

test("digestOf() is the first half of SHA-256", async () => {
  const bytes = new TextEncoder().encode("abc");
  assertEquals(await digestOf(bytes), "ba7816bf8f01cfea414140de5dae2223");
  assertEquals(await digestOf(bytes.subarray(0, 0)), "e3b0c44298fc1c149afbf4c8996fb924");
});

test("clearAt() is the end of the second of a change whose time is told in seconds", () => {
  const second = AT - AT % 1_000_000_000n;
  assertEquals(clearAt(VERSION), 0);
  assertEquals(clearAt({ ...VERSION, ctimeNs: second }), 1_700_000_001_000 + REST_MS);
});

test("restOf() counts from the last change, and validators are weak until then", () => {
  const cases = [[0, REST_MS], [1, REST_MS - 1], [REST_MS - 1, 1], [REST_MS, 0], [1000, 0]];
  for (const [age = 0, rest] of cases) {
    assertEquals([age, restOf(VERSION, AT_MS + age)], [age, rest]);
    const weak = validatorsOf(VERSION, null, AT_MS + age, null).etag.startsWith("W/");
    assertEquals([age, weak], [age, rest !== 0]);
  }
  assertEquals(restOf(VERSION, AT_MS - 3 * REST_MS), Infinity);
  // A time that was set by hand does not hide when that was done.
  assertEquals(restOf({ ...VERSION, mtimeNs: 0n }, AT_MS + 5), REST_MS - 5);
  assertEquals(restOf({ ...VERSION, ctimeNs: 0n }, AT_MS + 5), REST_MS - 5);
});

test("isSameVersion() looks at all, hasSameBytes() not at the name of an open file", () => {
  assertEquals(isSameVersion(VERSION, versionOf(VERSION)), true);
  for (const name of ["dev", "ino", "size", "mtimeNs", "ctimeNs"] as const) {
    const other = { ...VERSION, [name]: 9n };
    assertEquals([name, isSameVersion(VERSION, other)], [name, false]);
    assertEquals([name, hasSameBytes(VERSION, other)], [name, !["size", "mtimeNs"].includes(name)]);
  }
});

test("isOutdated() compares to the nanosecond, or the second where a tool knows no better", () => {
  const neighbour = (mtimeNs: bigint) => isOutdated({ ...VERSION, mtimeNs }, VERSION);
  assertEquals([neighbour(AT), neighbour(AT + 1n), neighbour(AT - 1n)], [false, false, true]);
  const second = 1_000_000_000n;
  const floor = AT - AT % second;
  assertEquals([neighbour(floor), neighbour(floor - second), neighbour(floor - 1n)], [
    false,
    true,
    true,
  ]);
});
