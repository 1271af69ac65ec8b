/**
 * A transport that does nothing by itself, and remembers what it was told.
 */

import { resolveTimeouts, type Timeouts } from "../../core/timeouts.ts";
import type { Transport, TransportEvents } from "../../core/transport.ts";
import { TransportConnection } from "../../core/transport_connection.ts";
import { FakeTimers } from "./fake_timers.ts";

const ADDR = { transport: "memory", hostname: "memory", port: 1 } as const;

/** Records calls; `takes` says whether writes are taken at once. */
export class FakeTransport implements Transport {
  readonly calls: string[] = [];
  takes = true;
  /** What `unsent` says; `undefined` when it does not know. */
  left: number | undefined;
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

  unsent(): number | undefined {
    return this.left;
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

/** A connection over a fake transport, with a fake clock and these time limits. */
export function fakeConnection(limits: Timeouts = {}): {
  connection: TransportConnection;
  transport: FakeTransport;
  events: TransportEvents;
  timers: FakeTimers;
} {
  const transport = new FakeTransport();
  const timers = new FakeTimers();
  const timeouts = resolveTimeouts("test", limits);
  const init = { localAddr: ADDR, remoteAddr: ADDR, timers, timeouts };
  let events: TransportEvents | undefined;
  const connection = new TransportConnection((given) => {
    events = given;
    return transport;
  }, init);
  if (events === undefined) throw new Error("the transport was not opened");
  return { connection, transport, events, timers };
}
