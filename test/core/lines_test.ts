import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "#assert";
import { connectionPair } from "../../adapters/memory.ts";
import { BufferedReader } from "../../core/buffered_reader.ts";
import { NetworkError } from "../../core/errors.ts";
import { forEachConcurrent } from "../../core/for_each_concurrent.ts";
import { lines } from "../../core/lines.ts";
import { Stream } from "../../core/stream.ts";
import { END, item, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { byteByByte, bytes, ChunkReader, ManualReader, text } from "../support/readers.ts";

test("lines() gives each line without its end, and the last one without any", async () => {
  const all = "one\r\n\ntwo\nü€😀\r\nlast";
  for (const reader of [new ChunkReader([all]), byteByByte(all)]) {
    assertEquals(await Array.fromAsync(lines(reader)), ["one", "", "two", "ü€😀", "last"]);
  }
  assertEquals(await Array.fromAsync(lines(new ChunkReader([]))), []);
  assertEquals(await Array.fromAsync(lines(new ChunkReader(["a\n"]))), ["a"]);
});

test("lines() works with Stream.from() and forEachConcurrent()", async () => {
  const upper = Stream.from(lines(new ChunkReader(["a\nb\n"]))).map((line) => line.toUpperCase());
  assertEquals(await upper.toArray(), ["A", "B"]);
  const seen: string[] = [];
  await forEachConcurrent(lines(new ChunkReader(["a\nb\nc"])), (line) => void seen.push(line));
  assertEquals(seen, ["a", "b", "c"]);
});

test("lines() gives what came before a line over the limit, fails once, and is over", async () => {
  const stream = lines(new ChunkReader(["ab\nabc\nab\n"]), { limit: 2 });
  assertEquals(await stream.next(), item("ab"));
  const error = await assertRejects(() => stream.next(), NetworkError);
  assertEquals(error.message, "Cannot read a line: it has more than 2 bytes (EMSGSIZE)");
  assertEquals([error.code, await stream.next()], ["EMSGSIZE", END]);
});

test("lines() has a limit of 64 KiB unless told otherwise", async () => {
  const long = "x".repeat(65_536);
  assertEquals(await Array.fromAsync(lines(new ChunkReader([long, "\n"]))), [long]);
  const error = await reasonOf(lines(new ChunkReader([long, "x"])).next());
  assertEquals((error as NetworkError).code, "EMSGSIZE");
  const unbounded = lines(new ChunkReader([long, "x"]), { limit: Infinity });
  assertEquals(await Array.fromAsync(unbounded), [`${long}x`]);
});

test("lines() refuses what is no UTF-8, or replaces it", async () => {
  const chunks = [Uint8Array.of(0x61, 0x0a, 0xff, 0x0a, 0x62)];
  const stream = lines(new ChunkReader(chunks));
  assertEquals(await stream.next(), item("a"));
  assertEquals((await assertRejects(() => stream.next(), NetworkError)).code, "EILSEQ");
  const lenient = lines(new ChunkReader(chunks), { fatal: false });
  assertEquals(await Array.fromAsync(lenient), ["a", "\uFFFD", "b"]);
});

test("lines() passes on a failure of the reader, after the whole lines before it", async () => {
  const failure = new Error("no");
  const stream = lines(new ChunkReader(["a\nb"], failure));
  assertEquals(await stream.next(), item("a"));
  assertStrictEquals(await reasonOf(stream.next()), failure);
  assertEquals(await stream.next(), END);
});

test("lines() asks for nothing before the first next(), and refuses wrong arguments at once", async () => {
  const reader = new ChunkReader(["a"]);
  await lines(reader).return?.();
  assertEquals(reader.reads, 0);
  for (const limit of [0, -1, 1.5, NaN]) {
    const message = "Cannot read lines: limit must be a positive integer, or Infinity, got";
    assertThrows(() => lines(reader, { limit }), RangeError, message);
  }
  const message = "Cannot read lines: the reader must have read(), got null";
  assertThrows(() => lines(null as never), TypeError, message);
});

test("lines() can be left while it waits; a BufferedReader then has all that comes", async () => {
  const source = new ManualReader();
  const reader = new BufferedReader(source);
  const stream = lines(reader);
  const waiting = stream.next();
  await source.give("ha");
  const left = stream.return?.();
  const rest = reader.readExactly(4);
  assertEquals([await left, await waiting], [END, END]);
  await source.give("lf\n");
  assertEquals([text(await rest), text(await reader.read())], ["half", "\n"]);
});

test("lines() of a BufferedReader leaves what follows to others, also after a failure", async () => {
  const reader = new BufferedReader(new ChunkReader(["5\nhello\nmuch too long\nx"]));
  for await (const line of lines(reader)) {
    assertEquals(text(await reader.readExactly(Number(line))), "hello");
    break;
  }
  assertEquals(await reader.readLine(), "");
  assert(await reasonOf(lines(reader, { limit: 3 }).next()) instanceof NetworkError);
  assertEquals(text(await reader.read()), "much too long\nx");
});

test("lines() does not close the connection that it reads", async () => {
  for (const clogged of [false, true]) {
    const [client, server] = connectionPair({ clogged });
    const stream = lines(server);
    const sent = client.write(bytes("a\nb\n"));
    assertEquals([await stream.next(), await stream.return?.()], [item("a"), END]);
    await sent;
    await Promise.all([server.write(bytes("still open")), client.read()]);
    await Promise.all([client.close(), server.close()]);
  }
});
