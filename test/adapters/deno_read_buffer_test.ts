import { assert, assertEquals } from "#assert";
import { ReadBuffer } from "../../adapters/deno_read_buffer.ts";
import { test } from "../support/harness.ts";
import { forEachSeed } from "../support/seeded.ts";

const KIB = 1024;

/** Reads `count` bytes of one value. */
function read(buffer: ReadBuffer, count: number, value = 1): Uint8Array {
  buffer.room.fill(value, 0, count);
  return buffer.take(count);
}

/** Reads until it is as large as it gets. */
function grown(): ReadBuffer {
  const buffer = new ReadBuffer();
  for (let at = 0; at < 2; at++) read(buffer, buffer.room.length);
  return buffer;
}

test("ReadBuffer is as large as what comes, up to 64 KiB", () => {
  const buffer = new ReadBuffer();
  const sizes: number[] = [];
  for (let at = 0; at < 5; at++) {
    sizes.push(buffer.room.length);
    read(buffer, buffer.room.length);
  }
  assertEquals(sizes, [KIB, 8 * KIB, 64 * KIB, 64 * KIB, 64 * KIB]);
});

test("ReadBuffer puts small chunks one behind the other, as long as there is room", () => {
  const buffer = new ReadBuffer();
  const chunks = [read(buffer, 300, 1), read(buffer, 100, 2), read(buffer, 200, 3)];
  assertEquals(buffer.room.length, KIB, "another one: less than half was left");
  assertEquals(chunks.map(({ byteOffset }) => byteOffset), [0, 300, 400]);
  read(buffer, 500, 4);
  for (const [at, chunk] of chunks.entries()) assert(chunk.every((byte) => byte === at + 1));
});

test("ReadBuffer.own() copies what shares a buffer, and nothing else", () => {
  const buffer = new ReadBuffer();
  const shared = read(buffer, 10);
  const own = buffer.own(shared);
  assertEquals([own, own.buffer.byteLength], [shared, 10]);
  const large = read(grown(), 64 * KIB);
  assert(buffer.own(large) === large);
});

test("ReadBuffer.own() has what was copied read over, behind what was not", () => {
  const buffer = new ReadBuffer();
  const first = buffer.room;
  for (const size of [10, 1000, 600]) assertEquals(buffer.own(read(buffer, size)).length, size);
  assert(buffer.room === first);
  const kept = buffer.take(10);
  buffer.own(read(buffer, 20, 2));
  assertEquals(buffer.room.byteOffset, 10);
  assert(kept.every((byte) => byte !== 2));
});

test("ReadBuffer.own() reads over nothing while it is being read into, nor what is not the last", () => {
  const buffer = new ReadBuffer();
  const [first, second] = [read(buffer, 10, 1), read(buffer, 10, 2)];
  buffer.own(first);
  assertEquals(buffer.room.byteOffset, 20);
  buffer.room.fill(3);
  buffer.own(second);
  const third = buffer.take(5);
  assertEquals([third.byteOffset, third[0], buffer.room.byteOffset], [20, 3, 25]);
});

test("ReadBuffer.own() reads over nothing of another buffer, and keeps none that was filled", () => {
  const buffer = new ReadBuffer();
  const [first, second] = [read(buffer, 600, 1), read(buffer, 600, 2)];
  assert(first.buffer !== second.buffer);
  buffer.own(first);
  assertEquals(buffer.room.length, KIB, "no room is left behind the second");
  assert(buffer.room.buffer !== second.buffer);
  const filled = new ReadBuffer();
  filled.own(read(filled, KIB));
  assertEquals(filled.room.length, 8 * KIB);
});

test("ReadBuffer copies a little out of a large buffer, and hands out the rest of them whole", () => {
  const buffer = grown();
  const little = read(buffer, 32 * KIB);
  assertEquals(little.buffer.byteLength, 32 * KIB);
  const first = buffer.room.buffer;
  const much = read(buffer, 32 * KIB + 1);
  assert(much.buffer === first);
  assert(buffer.room.buffer !== first, "it is not read into again");
});

test("ReadBuffer.giveBack() has a large buffer read into again, once", () => {
  const buffer = grown();
  const first = read(buffer, 64 * KIB);
  const second = read(buffer, 64 * KIB);
  buffer.giveBack(first);
  assert(buffer.room.buffer === first.buffer);
  const again = read(buffer, 64 * KIB);
  assert(again.buffer === first.buffer);
  assert(buffer.room.buffer !== first.buffer && buffer.room.buffer !== second.buffer);
});

test("ReadBuffer.giveBack() lets a large buffer out with less than half of it, once for each", () => {
  const buffer = grown();
  const chunk = read(buffer, 16 * KIB);
  assertEquals(chunk.buffer.byteLength, 16 * KIB);
  buffer.giveBack(chunk);
  const first = read(buffer, 16 * KIB);
  assertEquals(first.buffer.byteLength, 64 * KIB);
  assertEquals(read(buffer, 16 * KIB).buffer.byteLength, 16 * KIB, "the first is out still");
  buffer.giveBack(first);
  const second = read(buffer, 16 * KIB);
  assertEquals(second.buffer.byteLength, 64 * KIB);
  assert(buffer.room.buffer === first.buffer);
});

test("ReadBuffer copies a few bytes in any case, and keeps no second buffer then", () => {
  const buffer = grown();
  const large = read(buffer, 64 * KIB);
  assert(buffer.room.buffer !== large.buffer);
  buffer.giveBack(large);
  const few = read(buffer, KIB - 1);
  assertEquals(few.buffer.byteLength, KIB - 1);
  read(buffer, 64 * KIB);
  assert(buffer.room.buffer !== large.buffer);
});

test("ReadBuffer.giveBack() reads into nothing that is small, or that was outgrown", () => {
  const buffer = new ReadBuffer();
  const small = read(buffer, KIB);
  buffer.giveBack(small);
  assert(buffer.room.buffer !== small.buffer);
  const middle = read(buffer, 8 * KIB);
  buffer.giveBack(middle);
  assertEquals(buffer.room.length, 64 * KIB);
});

test("ReadBuffer never reads into what was not given back, whatever the order of events", async () => {
  // deno-lint-ignore require-await -- nothing is waited for, but a seed that fails is to be named
  await forEachSeed(12, async (chance) => {
    const buffer = new ReadBuffer();
    const out: { chunk: Uint8Array; value: number }[] = [];
    for (let at = 0; at < 60; at++) {
      const room = buffer.room.length;
      const value = at % 251;
      const count = chance.once(2) ? room : 1 + chance.below(room);
      const chunk = read(buffer, count, value);
      out.push({ chunk: chance.once(3) ? buffer.own(chunk) : chunk, value });
      while (out.length > chance.below(4)) {
        const [gone] = out.splice(chance.below(out.length), 1);
        if (gone === undefined) break;
        assert(gone.chunk.every((byte) => byte === gone.value), `chunk of ${gone.value}`);
        if (!chance.once(5)) buffer.giveBack(gone.chunk);
      }
    }
  });
});
