import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "#assert";
import { connectionPair } from "../../adapters/memory.ts";
import { BufferedReader } from "../../core/buffered_reader.ts";
import { NetworkError } from "../../core/errors.ts";
import { countWork } from "../support/byte_work.ts";
import { outcome, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { byteByByte, bytes, ChunkReader, ManualReader, text } from "../support/readers.ts";
import { SharingBytes } from "../support/sharing_bytes.ts";

const reading = (...chunks: string[]) => new BufferedReader(new ChunkReader(chunks));

/** The same input in one chunk, and byte by byte. */
const MAKERS = [
  (all: string) => reading(all),
  (all: string) => new BufferedReader(byteByByte(all)),
];

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await assertRejects(() => promise, NetworkError);
  assert(error.message.startsWith("Cannot ") && error.message.endsWith(`(${error.code})`));
  return error.code;
}

test("BufferedReader.read() gives what is buffered first, then chunks as they come, then null", async () => {
  const reader = reading("abc", "de");
  assertEquals(text(await reader.readExactly(1)), "a");
  assertEquals(reader.buffered, 2);
  assertEquals([text(await reader.read()), text(await reader.read())], ["bc", "de"]);
  assertEquals([await reader.read(), await reader.read(), reader.buffered], [null, null, 0]);
});

test("BufferedReader.read() hands over a chunk as it came, without a copy", async () => {
  const chunk = bytes("abc");
  const reader = new BufferedReader({ read: () => Promise.resolve(chunk) });
  assertStrictEquals((await reader.read())?.buffer, chunk.buffer);
});

test("BufferedReader asks for nothing before it has to, and not beyond the end", async () => {
  const source = new ChunkReader(["ab\ncd\n"]);
  const reader = new BufferedReader(source);
  assertEquals(source.reads, 0);
  await reader.readExactly(0);
  assertEquals(source.reads, 0);
  await reader.readLine();
  await reader.readLine();
  assertEquals(source.reads, 1);
  await reader.readLine();
  assertEquals([await reader.readLine(), await reader.read(), source.reads], [null, null, 2]);
});

test("BufferedReader.readExactly() puts chunks together and takes them apart", async () => {
  const reader = reading("ab", "c", "defgh");
  assertEquals(text(await reader.readExactly(4)), "abcd");
  assertEquals(text(await reader.readExactly(2)), "ef");
  assertEquals(text(await reader.readExactly(0)), "");
  assertEquals(text(await reader.readExactly(2)), "gh");
  assertEquals(text(await reader.readExactly(0)), "", "also at the end");
});

test("BufferedReader.readExactly() says how many bytes came before the end, and keeps them", async () => {
  const reader = reading("ab", "c");
  const error = await assertRejects(() => reader.readExactly(5), NetworkError);
  assertEquals(error.code, "EEOF");
  assertEquals(error.message, "Cannot read 5 bytes: the input ended after 3 bytes (EEOF)");
  assertEquals(await codeOf(reader.readExactly(4)), "EEOF");
  assertEquals([text(await reader.readExactly(2)), text(await reader.read())], ["ab", "c"]);
  assertEquals(await codeOf(reader.readExactly(1)), "EEOF");
});

test("BufferedReader.peek() shows what comes next, and leaves it", async () => {
  const reader = reading("ab", "cd");
  const peeked = await reader.peek(3);
  assertEquals([text(peeked), reader.buffered], ["abc", 4]);
  peeked.fill(0);
  assertEquals(text(await reader.peek(10)), "abcd", "fewer at the end only");
  assertEquals(text(await reader.readExactly(4)), "abcd");
  assertEquals(text(await reader.peek(1)), "");
});

test("BufferedReader.readUntil() gives all up to and including the delimiter", async () => {
  const reader = reading("a;b", "\r", "\n\r", "\r\nrest");
  assertEquals(text(await reader.readUntil(0x3b)), "a;");
  assertEquals(text(await reader.readUntil("\r\n")), "b\r\n");
  assertEquals(text(await reader.readUntil(bytes("\r\n"))), "\r\r\n");
  assertEquals(text(await reader.read()), "rest");
  assertEquals(await reader.readUntil("x"), null);
});

test("BufferedReader.readUntil() finds a delimiter that nearly came before, byte by byte", async () => {
  const reader = new BufferedReader(byteByByte("aaaaab--\r\n--\r\n\r\n."));
  assertEquals(text(await reader.readUntil("aab")), "aaaaab");
  assertEquals(text(await reader.readUntil("\r\n\r\n")), "--\r\n--\r\n\r\n");
});

test("BufferedReader.readUntil() refuses what has more than the limit before the delimiter", async () => {
  for (const make of MAKERS) {
    assertEquals(text(await make("abc\r\n").readUntil("\r\n", 3)), "abc\r\n");
    const reader = make("abcd\r\n");
    const error = await assertRejects(() => reader.readUntil("\r\n", 3), NetworkError);
    assertEquals(error.code, "EMSGSIZE");
    const message = 'Cannot read until "\\r\\n": it did not come within 3 bytes (EMSGSIZE)';
    assertEquals(error.message, message);
    assertEquals(text(await reader.readUntil("\r\n", 4)), "abcd\r\n", "nothing was lost");
  }
});

test("BufferedReader.readUntil() holds the limit and one chunk, however much the peer sends", async () => {
  const source = byteByByte("x".repeat(1000));
  const reader = new BufferedReader(source);
  assertEquals(await codeOf(reader.readUntil("\n", 100)), "EMSGSIZE");
  assertEquals([source.reads, reader.buffered], [101, 101]);
});

test("BufferedReader.readUntil() has a limit of 64 KiB unless told otherwise", async () => {
  const long = "x".repeat(65_536);
  assertEquals((await reading(long, "\n").readUntil("\n"))?.length, 65_537);
  assertEquals(await codeOf(reading(long, "x\n").readUntil("\n")), "EMSGSIZE");
  assertEquals((await reading(long, "x\n").readUntil("\n", Infinity))?.length, 65_538);
});

test("BufferedReader.readUntil() refuses an end without the delimiter, and keeps what came", async () => {
  const reader = reading("a\nbc");
  await reader.readUntil("\n");
  const error = await assertRejects(() => reader.readUntil("\n"), NetworkError);
  assertEquals(error.message, 'Cannot read until "\\n": the input ended after 2 bytes (EEOF)');
  assertEquals([text(await reader.read()), await reader.readUntil("\n")], ["bc", null]);
});

test("BufferedReader.readLine() ends a line at LF or CRLF, and the last one at the end", async () => {
  for (const make of MAKERS) {
    const reader = make("a\nb\r\n\r\n\n\rc\rd\r\r\nlast\r");
    const lines: (string | null)[] = [];
    do lines.push(await reader.readLine()); while (lines.at(-1) !== null);
    assertEquals(lines, ["a", "b", "", "", "\rc\rd\r", "last\r", null]);
  }
});

test("BufferedReader.readLine() decodes UTF-8 that is cut anywhere, and keeps a byte order mark", async () => {
  const reader = new BufferedReader(byteByByte("\uFEFFü€\r\n😀"));
  assertEquals([await reader.readLine(), await reader.readLine()], ["\uFEFFü€", "😀"]);
});

test("BufferedReader.readLine() counts the bytes of a line without its end", async () => {
  for (const make of MAKERS) {
    for (const line of ["abcd\n", "abcd\r\n", "abcd", "abc\r"]) {
      assertEquals(await make(line).readLine({ limit: 4 }), line.replace(/\r?\n/, ""));
    }
    for (
      const line of ["abcde\n", "abcde\r\n", "abcde", "abcd\rx\n", "abcd\r", "äöü\n", "abcd\r\r\n"]
    ) {
      const reader = make(line);
      assertEquals(await codeOf(reader.readLine({ limit: 4 })), "EMSGSIZE", line);
      assertEquals(
        await reader.readLine({ limit: 6 }),
        line.replace(/\r?\n/, ""),
        "nothing is lost",
      );
    }
  }
});

test("BufferedReader.readLine() refuses what is no UTF-8, or replaces it", async () => {
  const reader = new BufferedReader(new ChunkReader([Uint8Array.of(0x61, 0xc3, 0x0a), "b\n"]));
  assertEquals(await codeOf(reader.readLine()), "EILSEQ");
  assertEquals(reader.buffered, 3, "it is still there");
  assertEquals([await reader.readLine({ fatal: false }), await reader.readLine()], [
    "a\uFFFD",
    "b",
  ]);
});

test("BufferedReader passes on what the reader fails with, after what came before", async () => {
  const failure = new NetworkError("Cannot go on (ECONNRESET)", { code: "ECONNRESET" });
  const reader = new BufferedReader(new ChunkReader(["ab"], failure));
  assertStrictEquals(await reasonOf(reader.readUntil("\n")), failure);
  assertStrictEquals(await reasonOf(reader.readExactly(3)), failure);
  assertEquals(text(await reader.read()), "ab");
  assertStrictEquals(await reasonOf(reader.read()), failure);
});

test("BufferedReader refuses a second call while one is pending, whichever they are", async () => {
  const calls: ((reader: BufferedReader) => Promise<unknown>)[] = [
    (reader) => reader.read(),
    (reader) => reader.readExactly(1),
    (reader) => reader.peek(1),
    (reader) => reader.readUntil("x"),
    (reader) => reader.readLine(),
  ];
  for (const first of calls) {
    const source = new ManualReader();
    const reader = new BufferedReader(source);
    const pending = first(reader);
    for (const second of calls) assertEquals(await codeOf(second(reader)), "EBUSY");
    await source.give("x\n");
    await pending;
    assertEquals(source.reads, 1);
  }
});

test("BufferedReader: a call that is aborted has consumed nothing", async () => {
  const source = new ManualReader();
  const reader = new BufferedReader(source);
  const calls: ((signal: AbortSignal) => Promise<unknown>)[] = [
    (signal) => reader.readExactly(100, { signal }),
    (signal) => reader.peek(100, { signal }),
    (signal) => reader.readUntil("\n", 100, { signal }),
    (signal) => reader.readLine({ signal }),
  ];
  for (const call of calls) {
    const controller = new AbortController();
    const pending = call(controller.signal);
    await source.give("a");
    const reason = new Error("enough");
    controller.abort(reason);
    assertStrictEquals(await reasonOf(pending), reason);
    await source.give("b");
  }
  assertEquals(text(await reader.read()), "ab".repeat(calls.length));
  const controller = new AbortController();
  const read = reader.read({ signal: controller.signal });
  controller.abort();
  await reasonOf(read);
  await source.give("c");
  assertEquals(text(await reader.read()), "c");
});

test("BufferedReader refuses wrong arguments, and has asked for nothing then", async () => {
  const source = new ChunkReader(["abc"]);
  const reader = new BufferedReader(source);
  for (const limit of [0, -1, 1.5, NaN, "1", null]) {
    await assertRejects(() => reader.readUntil("a", limit as number), RangeError, "limit must be");
    await assertRejects(
      () => reader.readLine({ limit: limit as number }),
      RangeError,
      "limit must",
    );
  }
  for (const count of [-1, 1.5, NaN, Infinity, undefined]) {
    await assertRejects(() => reader.readExactly(count as number), RangeError, "count of bytes");
    await assertRejects(() => reader.peek(count as number), RangeError, "count of bytes");
  }
  await assertRejects(() => reader.readUntil(""), RangeError, "at least one byte");
  await assertRejects(() => reader.readUntil(null as never), TypeError, "the delimiter must be");
  await assertRejects(() => reader.read({ signal: 1 as never }), TypeError, "signal must be");
  assertThrows(() => new BufferedReader({} as never), TypeError, "the reader must have read()");
  assertEquals([source.reads, text(await reader.read())], [0, "abc"]);
});

test("BufferedReader over a connection: a close of its own ends the call, a reset comes after the bytes", async () => {
  const [client, server] = connectionPair();
  const reader = new BufferedReader(server);
  const waiting = reader.readLine();
  const failed = codeOf(waiting);
  await client.write(bytes("half"));
  assertEquals(await outcome(waiting), "pending");
  await Promise.all([server.close(), client.close()]);
  assertEquals([await failed, text(await reader.read())], ["ECLOSED", "half"]);

  const [sender, receiver] = connectionPair();
  const other = new BufferedReader(receiver);
  await sender.write(bytes("whole\nhalf"));
  assertEquals(await other.readLine(), "whole");
  sender.abort();
  assertEquals([await codeOf(other.readLine()), text(await other.read())], ["ECONNRESET", "half"]);
  await receiver.close();
});

for (const delimiter of ["\n", "\r\n", "aaaaaaab"]) {
  const name = `BufferedReader.readUntil(${JSON.stringify(delimiter)})`;
  test(`${name} is linear when bytes come one by one`, async (t) => {
    const size = 256 * 1024;
    const [one, last] = [Uint8Array.of(0x61), bytes(delimiter)];
    let sent = 0;
    const reader = new BufferedReader({
      read: () => {
        const at = sent++ - (size - last.length);
        return Promise.resolve(at < 0 ? one : last.subarray(at, at + 1));
      },
    });
    const work = countWork(t);
    const found = await reader.readUntil(delimiter, size);
    assertEquals([found?.length, sent], [size, size]);
    // Each byte is searched and put in once; the buffer grows to twice its size each time.
    assert(work() < 5 * size, `${work()} bytes`);
  });
}

test("BufferedReader.readExactly() and readLine() are linear when bytes come one by one", async (t) => {
  const size = 64 * 1024;
  const [exact, line] = [byteByByte(new Uint8Array(size)), byteByByte(`${"x".repeat(size)}\r\n`)];
  const work = countWork(t);
  assertEquals((await new BufferedReader(exact).readExactly(size)).length, size);
  // The source of single bytes copies each of them, too.
  assert(work() < 5 * size, `${work()} bytes`);
  assertEquals((await new BufferedReader(line).readLine({ limit: size }))?.length, size);
  assert(work() < 11 * size, `${work()} bytes`);
});

test("BufferedReader is linear when a large chunk is read in small pieces", async (t) => {
  const size = 64 * 1024;
  const reader = new BufferedReader(new ChunkReader([new Uint8Array(size).fill(0x0a)]));
  await reader.peek(1);
  const work = countWork(t);
  for (let i = 0; i < size / 4; i++) {
    await reader.readExactly(1);
    await reader.readUntil("\n", 10);
    await reader.readLine();
    await reader.peek(1);
    await reader.readExactly(1);
  }
  assertEquals(reader.buffered, 0);
  assert(work() < 2 * size, `${work()} bytes`);
});

test("BufferedReader.peek() gives a copy also of bytes whose slice() does not", async () => {
  const chunk = SharingBytes.from(bytes("abcd"));
  const reader = new BufferedReader({ read: () => Promise.resolve(chunk) });
  (await reader.peek(4)).reverse();
  assertEquals(text(await reader.readExactly(4)), "abcd");
});
