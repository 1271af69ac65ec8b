import { assertEquals } from "#assert";
import type { TransportEvents } from "../../core/transport.ts";
import { Pipe } from "../../core/pipe.ts";
import { test } from "../support/harness.ts";
import { SharingBytes } from "../support/sharing_bytes.ts";

const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** Both ends of a pipe; the reader stops after `appetite` chunks. */
function ends(capacity: number, appetite = Infinity) {
  const pipe = new Pipe(capacity);
  const seen: string[] = [];
  const chunks: Uint8Array[] = [];
  const events = (extra: Partial<TransportEvents>): TransportEvents => ({
    received: () => false,
    ended: () => seen.push("ended"),
    written: () => seen.push("written"),
    failed: () => seen.push("failed"),
    closed: () => seen.push("closed"),
    ...extra,
  });
  pipe.writer = events({});
  pipe.reader = events({
    received: (chunk) => {
      chunks.push(chunk);
      return chunks.length < appetite;
    },
  });
  return { pipe, seen, chunks };
}

test("Pipe holds its capacity, and the writer waits for the rest", async () => {
  const { pipe, seen, chunks } = ends(10);
  assertEquals(pipe.write(new Uint8Array(10)), true);
  assertEquals(pipe.write(new Uint8Array(5)), false);
  await turn();
  assertEquals([chunks.length, seen], [0, []], "nothing moves before the reader asks");
  pipe.resume();
  await turn();
  assertEquals(seen, ["written"]);
  assertEquals(chunks.map(({ length }) => length), [10, 5]);
  assertEquals(pipe.unread, false);
});

test("Pipe without capacity takes nothing until the reader asks", async () => {
  const { pipe, seen, chunks } = ends(0, 1);
  assertEquals(pipe.write(new Uint8Array(100_000)), false);
  await turn();
  assertEquals([chunks.length, pipe.unread], [0, true]);
  pipe.resume();
  await turn();
  assertEquals(chunks.map(({ length }) => length), [65_536], "one chunk, and no more");
  assertEquals(seen, []);
  pipe.resume();
  await turn();
  assertEquals([chunks[1]?.length, seen], [100_000 - 65_536, ["written"]]);
});

test("Pipe copies: the writer may change its bytes as soon as they are taken", async () => {
  const { pipe, chunks } = ends(10);
  const bytes = new Uint8Array([1, 2, 3]);
  pipe.write(bytes);
  bytes.fill(9);
  pipe.resume();
  await turn();
  assertEquals([...chunks[0] ?? []], [1, 2, 3]);
});

test("Pipe.finish() ends after the last byte", async () => {
  const { pipe, seen, chunks } = ends(10);
  pipe.write(new Uint8Array(3));
  pipe.finish();
  pipe.resume();
  await turn();
  assertEquals([chunks.length, seen], [1, ["ended"]]);
});

test("Pipe.cut() hands over what has arrived, and loses the rest", async () => {
  const { pipe, seen, chunks } = ends(10);
  pipe.write(new Uint8Array(4));
  pipe.write(new Uint8Array(20));
  pipe.cut();
  await turn();
  assertEquals([chunks.map(({ length }) => length), seen, pipe.unread], [[4, 6], [], false]);
});

test("Pipe.drop() loses what is under way", async () => {
  const { pipe, seen, chunks } = ends(10);
  pipe.write(new Uint8Array(20));
  pipe.resume();
  pipe.drop();
  await turn();
  assertEquals([chunks.length, seen, pipe.unread], [0, [], false]);
});

test("Pipe takes a copy also of bytes whose slice() does not make one", async () => {
  const { pipe, chunks } = ends(10);
  const bytes = SharingBytes.of(1, 2, 3);
  assertEquals(pipe.write(bytes), true);
  bytes.fill(9);
  pipe.resume();
  await turn();
  assertEquals(chunks.map((chunk) => [...chunk]), [[1, 2, 3]]);
});

test("Pipe takes the same time for each chunk, however many it holds", async () => {
  const count = 300_000;
  const { pipe, chunks } = ends(count);
  const one = new Uint8Array(1);
  for (let i = 0; i < count; i++) pipe.write(one);
  pipe.resume();
  while (pipe.unread) await turn();
  assertEquals(chunks.length, count);
});
