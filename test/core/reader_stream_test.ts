import { assertEquals, assertStrictEquals } from "#assert";
import { ReaderStream } from "../../core/reader_stream.ts";
import { END, type Gate, gate, item, macrotask, outcome, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";

/** A stream whose every read waits for the test, and the reads that were begun. */
function manual() {
  const reads: Gate<number | null>[] = [];
  const signals: AbortSignal[] = [];
  const stream = new ReaderStream<number>((signal) => {
    signals.push(signal);
    const read = gate<number | null>();
    reads.push(read);
    return read.promise;
  });
  return { stream, reads, signals };
}

test("ReaderStream reads only while somebody waits, once at a time, and answers in order", async () => {
  const { stream, reads } = manual();
  assertEquals(reads.length, 0);
  const answers = [stream.next(), stream.next()];
  assertEquals(reads.length, 1);
  reads[0]?.resolve(1);
  await macrotask();
  assertEquals(reads.length, 2);
  reads[1]?.resolve(2);
  assertEquals(await Promise.all(answers), [item(1), item(2)]);
  await macrotask();
  assertEquals(reads.length, 2, "nobody waits");
});

test("ReaderStream ends with null, for all that wait and for ever", async () => {
  const { stream, reads } = manual();
  const answers = [stream.next(), stream.next()];
  reads[0]?.resolve(null);
  assertEquals(await Promise.all(answers), [END, END]);
  assertEquals([await stream.next(), await stream.return(), reads.length], [END, END, 1]);
});

test("ReaderStream reports a failure once, then it is done", async () => {
  const { stream, reads } = manual();
  const answers = [stream.next(), stream.next()];
  const error = new Error("no");
  reads[0]?.reject(error);
  assertStrictEquals(await reasonOf(answers[0] as Promise<unknown>), error);
  assertEquals([await answers[1], await stream.next(), reads.length], [END, END, 1]);
});

test("ReaderStream.return() acts at once while a read is under way, and aborts it", async () => {
  const { stream, reads, signals } = manual();
  const waiting = stream.next();
  assertEquals([await stream.return(), await waiting], [END, END]);
  assertEquals(signals[0]?.aborted, true);
  reads[0]?.reject(new Error("aborted, and nobody's fault"));
  await macrotask();
  assertEquals(await stream.next(), END);
});

test("ReaderStream.return() before the first next() reads nothing", async () => {
  const { stream, reads } = manual();
  assertEquals([await stream.return(), await stream.next(), reads.length], [END, END, 0]);
});

test("ReaderStream hands nothing out after it was left", async () => {
  const { stream, reads } = manual();
  const waiting = stream.next();
  reads[0]?.resolve(1);
  void stream.return();
  assertEquals([await waiting, await stream.next()], [END, END]);
});

test("ReaderStream is iterable, and disposing of it leaves it", async () => {
  const { stream, reads } = manual();
  assertStrictEquals(stream[Symbol.asyncIterator](), stream);
  const waiting = stream.next();
  assertEquals(await outcome(waiting), "pending");
  await stream[Symbol.asyncDispose]();
  assertEquals(await waiting, END);
  reads[0]?.resolve(null);
});
