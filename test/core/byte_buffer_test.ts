import { assert, assertEquals } from "#assert";
import { ByteBuffer } from "../../core/byte_buffer.ts";
import { countWork } from "../support/byte_work.ts";
import { test } from "../support/harness.ts";
import { bytes, text } from "../support/readers.ts";
import { SharingBytes } from "../support/sharing_bytes.ts";

test("ByteBuffer.take() takes from the front what append() has added at the end", () => {
  const buffer = new ByteBuffer();
  for (const part of ["ab", "cde", "", "f"]) buffer.append(bytes(part), Infinity);
  assertEquals([buffer.length, text(buffer.view)], [6, "abcdef"]);
  assertEquals([text(buffer.take(1)), text(buffer.take(4)), buffer.length], ["a", "bcde", 1]);
  buffer.append(bytes("gh"), Infinity);
  assertEquals([text(buffer.take(3)), buffer.length], ["fgh", 0]);
});

test("ByteBuffer.skip() drops from the front", () => {
  const buffer = new ByteBuffer();
  buffer.append(bytes("abc"), Infinity);
  buffer.skip(2);
  assertEquals(text(buffer.view), "c");
  buffer.skip(1);
  assertEquals([buffer.length, buffer.view.buffer.byteLength], [0, 0], "nothing is kept");
});

test("ByteBuffer keeps what is left right while it is filled and emptied in turn", () => {
  const buffer = new ByteBuffer();
  let [added, taken] = [0, 0];
  for (let round = 1; round < 300; round++) {
    const chunk = Uint8Array.from({ length: round % 13 }, () => added++ % 251);
    buffer.append(chunk, 50);
    const count = Math.min(buffer.length, (round * 7) % 17);
    for (const byte of buffer.take(count)) assertEquals(byte, taken++ % 251);
  }
  assertEquals(buffer.length, added - taken);
  assert(buffer.view.buffer.byteLength <= 2 * Math.max(50, buffer.length + 13));
});

test("ByteBuffer takes a chunk as it is, and hands it over, when it holds nothing else", () => {
  const buffer = new ByteBuffer();
  const chunk = bytes("abcdef");
  buffer.append(chunk, Infinity);
  assert(buffer.take(6).buffer === chunk.buffer);
});

test("ByteBuffer hands out bytes that share no memory, and none that keep far more alive", () => {
  const buffer = new ByteBuffer();
  buffer.append(new Uint8Array(1000), Infinity);
  const all = [buffer.take(10), buffer.take(600), buffer.take(390)];
  assertEquals(new Set(all.map((part) => part.buffer)).size, 3);
  assertEquals(all.map((part) => part.buffer.byteLength), [10, 600, 390]);
});

test("ByteBuffer.append() does not write beyond the view that it was given", () => {
  const [memory, buffer] = [new Uint8Array(100), new ByteBuffer()];
  buffer.append(memory.subarray(10, 20), Infinity);
  buffer.take(6);
  buffer.append(new Uint8Array(5).fill(1), Infinity);
  assertEquals([...buffer.view], [0, 0, 0, 0, 1, 1, 1, 1, 1]);
  assert([...memory.subarray(0, 10), ...memory.subarray(20)].every((byte) => byte === 0));
});

test("ByteBuffer.append() makes no more room ahead than there is use for", () => {
  const buffer = new ByteBuffer();
  for (let held = 1; held <= 100; held++) {
    buffer.append(new Uint8Array(1), 100);
    assert(buffer.view.buffer.byteLength <= 100);
  }
});

test("ByteBuffer is linear when as much is added as is taken, and much is held", (t) => {
  const buffer = new ByteBuffer();
  const rounds = 10_000;
  buffer.append(new Uint8Array(rounds), Infinity);
  const work = countWork(t);
  for (let i = 0; i < rounds; i++) {
    buffer.skip(1);
    buffer.append(Uint8Array.of(1), Infinity);
  }
  assertEquals(buffer.length, rounds);
  assert(work() < 5 * rounds, `${work()} bytes`);
});

test("ByteBuffer.take() copies a part also of bytes whose slice() does not", () => {
  const buffer = new ByteBuffer();
  const chunk = SharingBytes.from(bytes("abcdef"));
  buffer.append(chunk, Infinity);
  const part = buffer.take(2);
  chunk.fill(0);
  assertEquals([text(part), part.constructor === Uint8Array], ["ab", true]);
});
