import { assertEquals } from "#assert";
import type { TransportEvents } from "../../core/transport.ts";
import { StreamTransport } from "../../core/stream_transport.ts";
import { macrotask } from "../support/gates.ts";
import { test } from "../support/harness.ts";

/** Events that are remembered; `received` answers `go`. */
function recorder(go: boolean): { told: string[]; events: TransportEvents } {
  const told: string[] = [];
  return {
    told,
    events: {
      received: (chunk) => {
        told.push(`received ${chunk.length}`);
        return go;
      },
      ended: () => told.push("ended"),
      written: () => told.push("written"),
      failed: (error) => told.push(`failed ${error.code}`),
      closed: () => told.push("closed"),
    },
  };
}

function numbered(count: number): ReadableStream<Uint8Array> {
  let given = 0;
  return new ReadableStream({
    pull: (controller) =>
      given < count ? controller.enqueue(new Uint8Array(++given)) : controller.close(),
  });
}

test("StreamTransport reads only what is asked for", async () => {
  const { told, events } = recorder(false);
  const streams = { readable: numbered(2), writable: new WritableStream<Uint8Array>() };
  const transport = new StreamTransport(streams, events);
  await macrotask();
  assertEquals(told, []);
  transport.resume();
  await macrotask();
  assertEquals(told, ["received 1"]);
  transport.resume();
  await macrotask();
  transport.resume();
  await macrotask();
  assertEquals(told, ["received 1", "received 2", "ended"]);
  transport.release();
  transport.release();
  transport.reset();
  assertEquals(told.at(-1), "closed");
  assertEquals(told.length, 4, "once");
});

test("StreamTransport writes in parts of 64 KiB, and knows what is left", async () => {
  const { told, events } = recorder(true);
  const parts: number[] = [];
  const gates: (() => void)[] = [];
  const writable = new WritableStream<Uint8Array>({
    write: (part) => {
      parts.push(part.length);
      return new Promise<void>((resolve) => gates.push(resolve));
    },
  });
  const transport = new StreamTransport({ readable: numbered(0), writable }, events);
  assertEquals(transport.write(new Uint8Array(150_000)), false);
  await macrotask();
  assertEquals([parts, transport.unsent()], [[65_536], 150_000]);
  gates.shift()?.();
  await macrotask();
  assertEquals([parts, transport.unsent()], [[65_536, 65_536], 84_464]);
  gates.shift()?.();
  await macrotask();
  gates.shift()?.();
  await macrotask();
  assertEquals([parts, transport.unsent(), told], [[65_536, 65_536, 18_928], 0, ["written"]]);
  transport.shutdown();
  await macrotask();
  transport.reset();
  assertEquals(told, ["written", "closed"]);
});

test("StreamTransport tells when either stream fails, although nothing is read or written", async () => {
  for (const which of ["readable", "writable"]) {
    const { told, events } = recorder(true);
    let fail = (): void => undefined;
    const failing = (controller: { error(reason: unknown): void }): void => {
      fail = () => controller.error(new Error("the tunnel is down"));
    };
    const readable = new ReadableStream<Uint8Array>(which === "readable" ? { start: failing } : {});
    const writable = new WritableStream<Uint8Array>(which === "writable" ? { start: failing } : {});
    const transport = new StreamTransport({ readable, writable }, events);
    await macrotask();
    fail();
    await macrotask();
    assertEquals(told, ["failed ECONNRESET"], which);
    transport.release();
  }
});

test("StreamTransport.release() leaves a stream that is being finished to it", async () => {
  const { told, events } = recorder(true);
  let signal: AbortSignal | undefined;
  let finish = (): void => undefined;
  let finished = false;
  const writable = new WritableStream<Uint8Array>({
    start: (controller) => void (signal = controller.signal),
    close: () =>
      new Promise<void>((resolve) => finish = resolve).then(() => void (finished = true)),
  });
  const transport = new StreamTransport({ readable: numbered(5), writable }, events);
  await macrotask();
  transport.shutdown();
  await macrotask();
  transport.release();
  await macrotask();
  finish();
  await macrotask();
  assertEquals([told, finished, signal?.aborted], [["closed"], true, false]);
});

test("StreamTransport tells nothing of a write that ends after the release", async () => {
  const { told, events } = recorder(true);
  let take = (): void => undefined;
  const writable = new WritableStream<Uint8Array>({
    write: () => new Promise<void>((resolve) => take = resolve),
  });
  const transport = new StreamTransport({ readable: numbered(0), writable }, events);
  transport.write(new Uint8Array(1));
  await macrotask();
  transport.release();
  take();
  await macrotask();
  assertEquals(told, ["closed"]);
});

test("StreamTransport tells of no failure when it is released", async () => {
  const { told, events } = recorder(true);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const transport = new StreamTransport({ readable, writable }, events);
  transport.resume();
  transport.write(new Uint8Array(1));
  transport.reset();
  await macrotask();
  assertEquals(told, ["closed"]);
  assertEquals([readable.locked, writable.locked], [false, false]);
});

test("StreamTransport.reset() cuts off a stream that is being finished", async () => {
  const { told, events } = recorder(true);
  let signal: AbortSignal | undefined;
  const writable = new WritableStream<Uint8Array>({
    start: (controller) => void (signal = controller.signal),
    close: () => new Promise<void>(() => undefined),
  });
  const transport = new StreamTransport({ readable: numbered(5), writable }, events);
  await macrotask();
  transport.shutdown();
  await macrotask();
  transport.reset();
  assertEquals([told, signal?.aborted, writable.locked], [["closed"], true, false]);
});
