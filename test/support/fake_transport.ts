/**
 * A transport that does nothing by itself, and remembers what it was told.
 */

import type { Transport, TransportEvents } from "../../core/transport.ts";
import { TransportConnection } from "../../core/transport_connection.ts";
import { FakeTimers } from "./fake_timers.ts";

const ADDR = { transport: "memory", hostname: "memory", port: 1 } as const;

/** Records calls; `takes` says whether writes are taken at once. */
export class FakeTransport implements Transport {
  readonly calls: string[] = [];
  takes = true;
  /** Called inside `write`. */
  onWrite: () => void = () => undefined;
  /** Called inside `release` and `reset`, as runtimes do that tell of the close at once. */
  onRelease: () => void = () => undefined;

  resume(): void {
    this.calls.push("resume");
  }

  write(bytes: Uint8Array): boolean {
    this.calls.push(`write ${bytes.length}`);
    this.onWrite();
    return this.takes;
  }

  shutdown(): void {
    this.calls.push("shutdown");
  }

  release(): void {
    this.calls.push("release");
    this.onRelease();
  }

  reset(): void {
    this.calls.push("reset");
    this.onRelease();
  }
}

/** A connection over a fake transport, with a fake clock. */
export function fakeConnection(): {
  connection: TransportConnection;
  transport: FakeTransport;
  events: TransportEvents;
  timers: FakeTimers;
} {
  const transport = new FakeTransport();
  const timers = new FakeTimers();
  const init = { localAddr: ADDR, remoteAddr: ADDR, timers };
  const connection = new TransportConnection(() => transport, init);
  return { connection, transport, events: connection, timers };
}
