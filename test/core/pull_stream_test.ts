import { assert, assertEquals, assertStrictEquals } from "#assert";
import { PullStream } from "../../core/pull_stream.ts";
import { END, gate, macrotask, outcome, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";

const error = new Error("no");

/** A stream by hand. */
class Hand extends PullStream<number> {
  leaves = 0;

  override next(): Promise<IteratorResult<number, undefined>> {
    return this.over ? this.report() : this.wait();
  }

  override return(): Promise<IteratorResult<number, undefined>> {
    if (!this.over) {
      this.leaves++;
      this.close(Promise.resolve());
    }
    return this.report();
  }

  give(value: number): void {
    this.answer(value);
  }

  finish(how: Promise<unknown>): void {
    this.close(how);
  }

  get state(): { over: boolean; wanted: boolean } {
    return { over: this.over, wanted: this.wanted };
  }
}

test("PullStream answers several next() in their order", async () => {
  const stream = new Hand();
  const answers = [stream.next(), stream.next(), stream.next()];
  for (const n of [1, 2, 3]) stream.give(n);
  assertEquals((await Promise.all(answers)).map(({ value }) => value), [1, 2, 3]);
});

test("PullStream knows whether somebody waits, and whether it is over", () => {
  const stream = new Hand();
  assertEquals(stream.state, { over: false, wanted: false });
  void stream.next();
  assertEquals(stream.state, { over: false, wanted: true });
  stream.give(1);
  assertEquals(stream.state, { over: false, wanted: false });
  void stream.next();
  stream.finish(Promise.resolve());
  assertEquals(stream.state, { over: true, wanted: false });
});

test("PullStream ends every next() that waits, and all that follow", async () => {
  const stream = new Hand();
  const answers = [stream.next(), stream.next()];
  stream.finish(Promise.resolve("whatever"));
  assertEquals(await Promise.all([...answers, stream.next()]), [END, END, END]);
});

test("PullStream reports a failure once, to the first in line; the others are done", async () => {
  const stream = new Hand();
  const answers = [stream.next(), stream.next()];
  stream.finish(Promise.reject(error));
  assertStrictEquals(await reasonOf(answers[0] ?? gate().promise), error);
  assertEquals(await answers[1], END);
  assertEquals(await stream.next(), END);
  assertEquals(await stream.return(), END);
});

test("PullStream keeps a failure for the next one who asks, and it is not unhandled", async () => {
  const stream = new Hand();
  stream.finish(Promise.reject(error));
  await macrotask();
  assertStrictEquals(await reasonOf(stream.next()), error);
  assertEquals(await stream.next(), END);
});

test("PullStream rejects a next() that nobody awaits without a fault", async () => {
  const stream = new Hand();
  void stream.next();
  stream.finish(Promise.reject(error));
  await macrotask();
});

test("PullStream answers nobody before it is known how the end went", async () => {
  const stream = new Hand();
  const closing = gate();
  const waiting = stream.next();
  stream.finish(closing.promise);
  const later = stream.next();
  assertEquals([await outcome(waiting), await outcome(later)], ["pending", "pending"]);
  closing.resolve();
  assertEquals(await Promise.all([waiting, later]), [END, END]);
});

test("PullStream ends in order: the first who waited is answered first", async () => {
  const stream = new Hand();
  const order: number[] = [];
  const answers = [1, 2, 3].map((n) => stream.next().then(() => order.push(n)));
  stream.finish(Promise.resolve());
  await Promise.all(answers);
  assertEquals(order, [1, 2, 3]);
});

test("PullStream is its own async iterator, left by break", async () => {
  const stream = new Hand();
  assertStrictEquals(stream[Symbol.asyncIterator](), stream);
  queueMicrotask(() => stream.give(1));
  for await (const n of stream) {
    assertEquals(n, 1);
    break;
  }
  assert(stream.state.over);
  assertEquals(stream.leaves, 1);
});

test("PullStream is left by asyncDispose, which waits for its end", async () => {
  const stream = new Hand();
  const closing = gate();
  stream.finish(closing.promise);
  const disposed = stream[Symbol.asyncDispose]();
  assertEquals(await outcome(disposed), "pending");
  closing.resolve();
  assertStrictEquals(await disposed, undefined);
  const other = new Hand();
  await other[Symbol.asyncDispose]();
  assertEquals(other.leaves, 1);
});
