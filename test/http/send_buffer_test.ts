import { assert, assertEquals, assertStrictEquals } from "#assert";
import { BUFFER_BYTES, SendBuffer } from "../../http/send_buffer.ts";
import { test } from "../support/harness.ts";

/** One of which nothing is being sent. */
function fresh(): SendBuffer {
  const buffer = SendBuffer.hold(BUFFER_BYTES);
  assertEquals(buffer.free, 0);
  return buffer;
}

test("SendBuffer.hold() gives the one that was released last, behind what is being sent of it", () => {
  const buffer = fresh();
  assert(SendBuffer.hold(1) !== buffer, "it has a holder");
  buffer.send(100);
  buffer.release();
  const again = SendBuffer.hold(1);
  assertStrictEquals(again, buffer);
  assertEquals(again.free, 100);
  again.sent();
  assertEquals(again.free, 100, "its holder may have put something there");
  again.release();
  assertEquals(again.free, 0);
});

test("SendBuffer.sent() makes all of it free when the last part is sent, and not before", () => {
  const buffer = fresh();
  buffer.send(100);
  buffer.send(200);
  buffer.release();
  buffer.sent();
  assertEquals(buffer.free, 200);
  buffer.sent();
  assertEquals(buffer.free, 0);
  assertStrictEquals(SendBuffer.hold(BUFFER_BYTES), buffer);
  assert(SendBuffer.hold(BUFFER_BYTES) !== buffer, "it has one holder");
});

test("SendBuffer.hold() passes over what has too little room, until that is sent", () => {
  const [small, full] = [fresh(), fresh()];
  small.send(200);
  small.release();
  full.send(BUFFER_BYTES - 1);
  full.release();
  assertStrictEquals(SendBuffer.hold(1), small, "not the full one");
  small.release();
  const other = SendBuffer.hold(BUFFER_BYTES);
  assert(other !== small && other !== full, "neither has the room");
  small.sent();
  assertStrictEquals(SendBuffer.hold(BUFFER_BYTES), small);
  full.sent();
  assertStrictEquals(SendBuffer.hold(BUFFER_BYTES), full);
});

test("SendBuffer keeps a bounded number of those that nobody holds", () => {
  const held = Array.from({ length: 200 }, fresh);
  for (const buffer of held) buffer.release();
  const again = new Set(Array.from({ length: 200 }, () => SendBuffer.hold(1)));
  assertEquals(held.filter((buffer) => again.has(buffer)).length, 128);
});
