import { assert, assertEquals, assertRejects, assertStrictEquals } from "#assert";
import { connectionPair } from "../../adapters/memory.ts";
import { copy } from "../../core/copy.ts";
import { NetworkError } from "../../core/errors.ts";
import { countListeners, gate, macrotask, outcome, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { byteByByte, bytes, ChunkReader, ManualReader, text } from "../support/readers.ts";

/** A writer that keeps what it is given. */
function sink() {
  const written: string[] = [];
  const write = (chunk: Uint8Array) => Promise.resolve(void written.push(text(chunk) ?? ""));
  return { written, write };
}

test("copy() writes all that comes, in order, and resolves with the count of bytes", async () => {
  const { written, write } = sink();
  assertEquals(await copy(new ChunkReader(["ab", "c", "déf"]), { write }), 7);
  assertEquals(written, ["ab", "c", "déf"]);
  assertEquals(await copy(new ChunkReader([]), { write }), 0);
  assertEquals(await copy(byteByByte("x".repeat(3000)), { write }), 3000);
});

test("copy() asks for the next chunk when the last one was taken", async () => {
  const source = new ChunkReader(["a", "b"]);
  const taken = [gate(), gate()];
  let writes = 0;
  const copied = copy(source, { write: () => taken[writes++]?.promise ?? Promise.resolve() });
  await macrotask();
  assertEquals([source.reads, writes], [1, 1]);
  taken[0]?.resolve();
  await macrotask();
  assertEquals([source.reads, writes], [2, 2]);
  taken[1]?.resolve();
  assertEquals([await copied, source.reads], [2, 3]);
});

test("copy() rejects with what the reader or the writer rejects with, and stops", async () => {
  const failure = new Error("no");
  const { written, write } = sink();
  assertStrictEquals(await reasonOf(copy(new ChunkReader(["a"], failure), { write })), failure);
  assertEquals(written, ["a"]);
  const source = new ChunkReader(["a", "b"]);
  assertStrictEquals(
    await reasonOf(copy(source, { write: () => Promise.reject(failure) })),
    failure,
  );
  assertEquals(source.reads, 1);
});

test("copy() refuses more than the limit, of which it has written the first bytes", async () => {
  for (const chunks of [["abcde"], ["abc", "de"], ["ab", "cd"], ["a", "b", "c", "d", "e"]]) {
    const { written, write } = sink();
    const failed = copy(new ChunkReader(chunks), { write }, { limit: 3 });
    const error = await assertRejects(() => failed, NetworkError);
    assertEquals(error.message, "Cannot copy: more than 3 bytes came (EMSGSIZE)");
    assertEquals([error.code, written.join("")], ["EMSGSIZE", "abc"]);
    assert(!written.includes(""), "nothing empty is written");
  }
  assertEquals(await copy(new ChunkReader(["ab", "c"]), sink(), { limit: 3 }), 3);
});

test("copy() ends by its signal while it reads and while it writes, and leaves no listener", async () => {
  const reason = new Error("enough");
  for (const stuck of ["read", "write"]) {
    const controller = new AbortController();
    const listeners = countListeners(controller.signal);
    const source = new ManualReader();
    const { promise, resolve } = gate();
    const copied = copy(source, { write: () => promise }, { signal: controller.signal });
    if (stuck === "write") await source.give("a");
    assertEquals([await outcome(copied), listeners()], ["pending", 1]);
    controller.abort(reason);
    assertStrictEquals(await reasonOf(copied), reason);
    resolve();
    await macrotask();
    assertEquals(source.reads, 1, "nothing more is read");
  }
  const { signal } = new AbortController();
  const listeners = countListeners(signal);
  await copy(new ChunkReader(["a", "b"]), sink(), { signal });
  await reasonOf(copy(new ChunkReader(["a"], new Error("no")), sink(), { signal }));
  assertEquals(listeners(), 0);
  const untouched = new ChunkReader(["a"]);
  const aborted = AbortSignal.abort(reason);
  assertStrictEquals(await reasonOf(copy(untouched, sink(), { signal: aborted })), reason);
  assertEquals(untouched.reads, 0);
});

test("copy() does not starve others when reader and writer are always ready", async () => {
  const controller = new AbortController();
  const reader = { read: () => Promise.resolve(new Uint8Array(1)) };
  setTimeout(() => controller.abort(new Error("a timer had its turn")), 0);
  const error = await reasonOf(copy(reader, sink(), { signal: controller.signal }));
  assertEquals((error as Error).message, "a timer had its turn");
});

test("copy() refuses wrong arguments, and reads nothing", async () => {
  const source = new ChunkReader(["a"]);
  await assertRejects(
    () => copy({} as never, sink()),
    TypeError,
    "Cannot copy: the reader must have",
  );
  await assertRejects(() => copy(source, {} as never), TypeError, "the writer must have write()");
  await assertRejects(() => copy(source, sink(), { limit: 0 }), RangeError, "limit must be");
  await assertRejects(
    () => copy(source, sink(), { signal: {} as never }),
    TypeError,
    "signal must",
  );
  assertEquals(source.reads, 0);
});

test("copy() between connections holds the sender back, and finishes neither of them", async () => {
  for (const clogged of [false, true]) {
    const [sender, from] = connectionPair({ clogged, capacity: 1000 });
    const [to, receiver] = connectionPair({ clogged, capacity: 1000 });
    const copied = copy(from, to);
    const sent = sender.write(new Uint8Array(1_000_000));
    assertEquals(await outcome(sent), "pending", "nobody reads at the other end");
    let count = 0;
    while (count < 1_000_000) count += (await receiver.read())?.length ?? NaN;
    await sent;
    await sender.closeWrite();
    assertEquals([await copied, count], [1_000_000, 1_000_000]);
    await Promise.all([to.write(bytes("more")), receiver.read()]);
    await Promise.all([sender.close(), from.close(), to.close(), receiver.close()]);
  }
});
