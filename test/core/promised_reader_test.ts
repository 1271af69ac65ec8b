import { assertEquals, assertStrictEquals, assertThrows } from "#assert";
import { PromisedReader } from "../../core/promised_reader.ts";
import { type Gate, gate, macrotask } from "../support/gates.ts";
import { test } from "../support/harness.ts";

/** A reader whose reads the test settles. */
function reading() {
  const reads: Gate<Uint8Array | null>[] = [];
  const read = (): Promise<Uint8Array | null> => {
    const next = gate<Uint8Array | null>();
    reads.push(next);
    return next.promise;
  };
  const told = { times: 0, notify: () => void told.times++ };
  return { reads, told, reader: new PromisedReader({ read }) };
}

test("PromisedReader.readNow() begins to read, and tells once when that has come", async () => {
  const { reads, told, reader } = reading();
  const bytes = Uint8Array.of(1);
  assertEquals([reader.readNow(told.notify), reads.length], [undefined, 1]);
  await macrotask();
  assertEquals(told.times, 0);
  reads[0]?.resolve(bytes);
  await macrotask();
  assertEquals([told.times, reads.length], [1, 1], "nothing is read before it is asked for");
  assertStrictEquals(reader.readNow(told.notify), bytes);
  assertEquals([reader.readNow(told.notify), reads.length], [undefined, 2]);
  reads[1]?.resolve(null);
  await macrotask();
  assertEquals([told.times, reader.readNow(told.notify)], [2, null]);
});

test("PromisedReader.readNow() throws what the read rejects with, and asks anew after that", async () => {
  const { reads, told, reader } = reading();
  for (const failure of [new Error("once"), undefined]) {
    assertEquals(reader.readNow(told.notify), undefined);
    reads.at(-1)?.reject(failure);
    await macrotask();
    let thrown: unknown = "nothing";
    try {
      reader.readNow(told.notify);
    } catch (error) {
      thrown = error;
    }
    assertStrictEquals(thrown, failure);
  }
  assertEquals([told.times, reads.length], [2, 2]);
});

test("PromisedReader.readNow() is replaced by the next one, and the read goes on", async () => {
  const { reads, told, reader } = reading();
  let first = 0;
  assertEquals(reader.readNow(() => void first++), undefined);
  assertEquals([reader.readNow(told.notify), reads.length], [undefined, 1]);
  reads[0]?.resolve(null);
  await macrotask();
  assertEquals([first, told.times, reader.readNow(told.notify)], [0, 1, null]);
});

test("PromisedReader.readNow() throws when the reader gives nothing at all, and does not ask for ever", async () => {
  const { reads, told, reader } = reading();
  assertEquals(reader.readNow(told.notify), undefined);
  reads[0]?.resolve(undefined as never);
  await macrotask();
  assertThrows(() => reader.readNow(told.notify), TypeError, "a Uint8Array or null, got undefined");
  assertEquals([told.times, reads.length], [1, 1]);
});
