import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "#assert";
import { connectionPair } from "../../adapters/memory.ts";
import { BufferedReader } from "../../core/buffered_reader.ts";
import type { Reader } from "../../core/connection.ts";
import { NetworkError } from "../../core/errors.ts";
import { encodeFrame, type FrameOptions, frames, writeFrame } from "../../core/frames.ts";
import { END, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { byteByByte, bytes, ChunkReader, concat, ManualReader, text } from "../support/readers.ts";

async function textsOf(reader: Reader, options?: FrameOptions): Promise<(string | null)[]> {
  return (await Array.fromAsync(frames(reader, options))).map(text);
}

test("encodeFrame() puts the length in front, in network byte order unless told otherwise", () => {
  const content = new Uint8Array(258).fill(7);
  const head = (options?: FrameOptions) => encodeFrame(content, options).slice(0, -258).join();
  assertEquals(head(), "0,0,1,2");
  assertEquals(head({ lengthBytes: 2 }), "1,2");
  assertEquals(head({ lengthBytes: 3 }), "0,1,2");
  assertEquals(head({ lengthBytes: 8 }), "0,0,0,0,0,0,1,2");
  assertEquals(head({ littleEndian: true }), "2,1,0,0");
  assertEquals(head({ lengthBytes: 8, littleEndian: true }), "2,1,0,0,0,0,0,0");
  assertEquals([...encodeFrame(bytes("ab"), { lengthBytes: 1 })], [2, 0x61, 0x62]);
  assertEquals([...encodeFrame(new Uint8Array(0), { lengthBytes: 1 })], [0]);
});

test("encodeFrame() refuses what the limit or the length does not allow", () => {
  const cases: [number, FrameOptions, string][] = [
    [256, { lengthBytes: 1 }, "Cannot write a frame: it has 256 bytes, and may have 255"],
    [65_536, { lengthBytes: 2 }, "it has 65536 bytes, and may have 65535"],
    [4, { limit: 3 }, "it has 4 bytes, and may have 3"],
    [8 * 1024 * 1024 + 1, {}, "may have 8388608"],
    [1, { lengthBytes: 0 }, "lengthBytes must be an integer from 1 to 8, got 0"],
    [1, { lengthBytes: 9 }, "lengthBytes must be an integer from 1 to 8, got 9"],
    [1, { lengthBytes: 1.5 }, "lengthBytes must be an integer from 1 to 8, got 1.5"],
    [1, { limit: 0 }, "limit must be a positive integer, or Infinity, got 0"],
  ];
  for (const [length, options, message] of cases) {
    assertThrows(() => encodeFrame(new Uint8Array(length), options), RangeError, message);
  }
  encodeFrame(new Uint8Array(255), { lengthBytes: 1 });
  encodeFrame(new Uint8Array(3), { limit: 3 });
  assertThrows(() => encodeFrame("ab" as never), TypeError, "bytes must be a Uint8Array");
});

test("frames() reads what encodeFrame() has made, however it is cut", async () => {
  const contents = ["one", "", "x".repeat(200), "ü"];
  for (const lengthBytes of [1, 2, 3, 4, 5, 6, 7, 8]) {
    for (const littleEndian of [false, true]) {
      const options = { lengthBytes, littleEndian };
      const all = concat(contents.map((content) => encodeFrame(bytes(content), options)));
      for (const reader of [new ChunkReader([all]), byteByByte(all)]) {
        assertEquals(await textsOf(reader, options), contents);
      }
    }
  }
});

test("frames() gives frames that share no memory", async () => {
  const all = concat(["ab", "cd", "ef"].map((content) => encodeFrame(bytes(content))));
  const read = await Array.fromAsync(frames(new ChunkReader([all])));
  assertEquals(new Set(read.map(({ buffer }) => buffer)).size, 3);
});

test("frames() refuses a length over the limit before it waits for the frame", async () => {
  const source = new ManualReader();
  const reader = new BufferedReader(source);
  const failed = reasonOf(frames(reader, { lengthBytes: 2, limit: 300 }).next());
  await source.give("\x01\x2d");
  const error = await failed as NetworkError;
  const message = "Cannot read a frame: its length is 301, more than 300 bytes (EMSGSIZE)";
  assertEquals([error.message, error.code], [message, "EMSGSIZE"]);
  assertEquals([source.reads, reader.buffered], [1, 2], "nothing was consumed");
  const allowed = frames(new ChunkReader(["\x01\x2c", "x".repeat(300)]), {
    lengthBytes: 2,
    limit: 300,
  });
  assertEquals((await allowed.next()).value?.length, 300);
});

test("frames() has a limit of 8 MiB unless told otherwise, and refuses lengths beyond all numbers", async () => {
  const code = async (head: number[], options: FrameOptions) => {
    const reader = new ChunkReader([Uint8Array.from(head)]);
    return (await assertRejects(() => frames(reader, options).next(), NetworkError)).code;
  };
  assertEquals(await code([0, 0x80, 0, 1], {}), "EMSGSIZE");
  assertEquals(await code([0, 0x80, 0, 0], {}), "EEOF");
  assertEquals(await code(Array(8).fill(255), { lengthBytes: 8 }), "EMSGSIZE");
  assertEquals(await code(Array(8).fill(255), { lengthBytes: 8, limit: Infinity }), "EMSGSIZE");
  assertEquals(
    await code([0, 31, ...Array(6).fill(255)], { lengthBytes: 8, limit: Infinity }),
    "EMSGSIZE",
  );
});

test("frames() takes memory as bytes come, not as the peer announces them", async () => {
  const source = new ManualReader();
  const stream = frames(source, { limit: Infinity });
  const waiting = stream.next();
  await source.give("\x7f\x7f\x7f\x7fabc");
  // Two gigabytes were announced; nobody could hold them for every connection.
  assertEquals(await stream.return?.(), END);
  assertEquals(await waiting, END);
});

test("frames() refuses an end of file inside of a frame and inside of a length", async () => {
  const stream = frames(new ChunkReader(["\x01a\x03bc"]), { lengthBytes: 1 });
  assertEquals(text((await stream.next()).value ?? null), "a");
  const inside = await assertRejects(() => stream.next(), NetworkError);
  assertEquals([inside.code, await stream.next()], ["EEOF", END]);
  const head = await assertRejects(() => frames(new ChunkReader(["\0\0\0"])).next(), NetworkError);
  assertEquals(head.message, "Cannot read a frame: the input ended after 3 bytes (EEOF)");
  assertEquals(await textsOf(new ChunkReader([])), []);
});

test("frames() passes on a failure of the reader, and keeps what came", async () => {
  const failure = new Error("no");
  const reader = new BufferedReader(new ChunkReader(["\0\0\0\x05ab"], failure));
  assertStrictEquals(await reasonOf(frames(reader).next()), failure);
  assertEquals(text(await reader.read()), "\0\0\0\x05ab");
});

test("frames() can be left while it waits; a BufferedReader then has all that comes", async () => {
  const source = new ManualReader();
  const reader = new BufferedReader(source);
  const stream = frames(reader, { lengthBytes: 1 });
  const waiting = stream.next();
  await source.give("\x03ab");
  assertEquals([await stream.return?.(), await waiting], [END, END]);
  const next = frames(reader, { lengthBytes: 1 }).next();
  await source.give("c");
  assertEquals(text((await next).value ?? null), "abc");
});

test("frames() refuses wrong arguments at once", () => {
  const reader = new ChunkReader([]);
  assertThrows(() => frames(reader, { limit: 0 }), RangeError, "Cannot read frames: limit must be");
  assertThrows(() => frames(reader, { lengthBytes: 0 }), RangeError, "lengthBytes must be");
  assertThrows(() => frames({} as never), TypeError, "the reader must have read()");
  assertEquals(reader.reads, 0);
});

test("writeFrame() sends length and content in one write", async () => {
  const sent: number[][] = [];
  const writer = { write: (chunk: Uint8Array) => Promise.resolve(void sent.push([...chunk])) };
  await writeFrame(writer, bytes("ab"), { lengthBytes: 2, littleEndian: true });
  assertEquals(sent, [[2, 0, 0x61, 0x62]]);
  await assertRejects(
    () => writeFrame(writer, bytes("ab"), { limit: 1 }),
    RangeError,
    "may have 1",
  );
  assertEquals(sent.length, 1);
});

test("writeFrame() and frames() over a connection, of which a write waits for the reader", async () => {
  const [client, server] = connectionPair({ clogged: true });
  const contents = [bytes("hello"), new Uint8Array(0), new Uint8Array(300_000).fill(5)];
  const sending = (async () => {
    for (const content of contents) await writeFrame(client, content);
    await client.closeWrite();
  })();
  const read = await Array.fromAsync(frames(server));
  await sending;
  assertEquals(read.map(({ length }) => length), contents.map(({ length }) => length));
  assert(read[2]?.every((byte) => byte === 5));
  await Promise.all([client.close(), server.close()]);
});
