import { assertEquals, assertRejects, assertStrictEquals } from "#assert";
import { NetworkError } from "../../core/errors.ts";
import { InputBuffer } from "../../core/input_buffer.ts";
import { countListeners, microtasks, outcome, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { ManualReader, text } from "../support/readers.ts";

/** Takes `count` bytes as soon as they are there. */
function take(input: InputBuffer, count: number, signal?: AbortSignal): Promise<string | null> {
  return input.run("take", { signal }, () => {
    input.most = count;
    return input.bytes.length >= count ? text(input.bytes.take(count)) : undefined;
  });
}

test("InputBuffer.run() asks for a chunk only when what has come does not do", async () => {
  const reader = new ManualReader();
  const input = new InputBuffer(reader);
  const first = take(input, 3);
  assertEquals(reader.reads, 1);
  await reader.give("ab");
  assertEquals(reader.reads, 2);
  await reader.give("cdef");
  assertEquals([await first, await take(input, 3), reader.reads], ["abc", "def", 2]);
});

test("InputBuffer.run() refuses a second call while one waits", async () => {
  const reader = new ManualReader();
  const input = new InputBuffer(reader);
  const first = take(input, 1);
  const error = await assertRejects(() => take(input, 1), NetworkError);
  assertEquals([error.code, reader.reads], ["EBUSY", 1]);
  await reader.give("a");
  assertEquals(await first, "a");
});

test("InputBuffer.run() ends by its signal, and the next call has what comes", async () => {
  const reader = new ManualReader();
  const input = new InputBuffer(reader);
  const controller = new AbortController();
  const listeners = countListeners(controller.signal);
  const reason = new Error("enough");
  const left = take(input, 2, controller.signal);
  await reader.give("a");
  controller.abort(reason);
  // At once, before the one that was left can know.
  const next = take(input, 2);
  assertStrictEquals(await reasonOf(left), reason);
  assertEquals([reader.reads, await outcome(next)], [2, "pending"], "nobody is asked twice");
  await reader.give("b");
  assertEquals([await next, listeners() <= 1], ["ab", true]);
  assertStrictEquals(await reasonOf(take(input, 0, controller.signal)), reason);
});

test("InputBuffer.run() takes nothing any more once its signal has aborted, at any moment", async () => {
  let windows = 0;
  for (let moment = 0; moment < 16; moment++) {
    const reader = new ManualReader();
    const input = new InputBuffer(reader);
    const controller = new AbortController();
    const call = take(input, 1, controller.signal);
    const given = reader.give("a");
    await microtasks(moment);
    const waiting = input.bytes.length;
    controller.abort();
    const [{ status }] = await Promise.allSettled([call]);
    await given;
    if (waiting > 0) {
      windows++;
      assertEquals(status, "rejected");
    }
    assertEquals(input.bytes.length, status === "rejected" ? 1 : 0);
  }
  assertEquals(windows > 0, true, "the chunk was there, and not taken yet");
});

test("InputBuffer.run(): a call that was aborted does not make room for two others", async () => {
  const reader = new ManualReader();
  const input = new InputBuffer(reader);
  const controller = new AbortController();
  const left = reasonOf(take(input, 1, controller.signal));
  controller.abort();
  const next = take(input, 1);
  await left;
  assertEquals((await assertRejects(() => take(input, 1), NetworkError)).code, "EBUSY");
  await reader.give("a");
  assertEquals(await next, "a");
});

test("InputBuffer.run() passes on a failure of the reader, and asks again with the next call", async () => {
  const reader = new ManualReader();
  const input = new InputBuffer(reader);
  const error = new Error("no");
  const first = take(input, 2);
  await reader.give("a");
  const failed = reasonOf(first);
  await reader.fail(error);
  assertStrictEquals(await failed, error);
  const second = take(input, 2);
  await reader.give("b");
  assertEquals(await second, "ab");
});

test("InputBuffer.run() keeps a failure that comes after an abort for the next call", async () => {
  const reader = new ManualReader();
  const input = new InputBuffer(reader);
  const controller = new AbortController();
  const left = reasonOf(take(input, 1, controller.signal));
  controller.abort();
  await left;
  const error = new Error("no");
  await reader.fail(error);
  assertStrictEquals(await reasonOf(take(input, 1)), error);
  assertEquals(reader.reads, 1);
  void take(input, 1);
  assertEquals(reader.reads, 2);
  await reader.give("a");
});

test("InputBuffer.run() knows the end, and does not ask beyond it unless told to", async () => {
  const reader = new ManualReader();
  const input = new InputBuffer(reader);
  const ended = input.run("wait", {}, () => input.ended ? "ended" : undefined);
  await reader.give(null);
  assertEquals([await ended, reader.reads], ["ended", 1]);
});

test("InputBuffer.run() refuses a reader that gives no bytes, one that throws, and a bad signal", async () => {
  for (const chunk of ["text", undefined, 7, [1]]) {
    const input = new InputBuffer({ read: () => Promise.resolve(chunk as never) });
    await assertRejects(
      () => take(input, 1),
      TypeError,
      "the reader must give a Uint8Array or null",
    );
  }
  const error = new Error("at once");
  const throwing = new InputBuffer({
    read: () => {
      throw error;
    },
  });
  assertStrictEquals(await reasonOf(take(throwing, 1)), error);
  const input = new InputBuffer(new ManualReader());
  await assertRejects(
    () => take(input, 1, {} as never),
    TypeError,
    "signal must be an AbortSignal",
  );
});
