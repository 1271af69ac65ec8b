import { assertEquals, assertRejects, assertStrictEquals } from "#assert";
import type { Handshake } from "../../core/accept_loop.ts";
import { PushAcceptor } from "../../core/acceptor.ts";
import { NetworkError } from "../../core/errors.ts";
import { acceptedConnection, offerAccepted } from "../../core/proxied.ts";
import { resolveProxyProtocol } from "../../core/proxy_protocol.ts";
import { DEFAULT_TIMEOUTS } from "../../core/timeouts.ts";
import type { TransportEvents } from "../../core/transport.ts";
import { TransportConnection } from "../../core/transport_connection.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { FakeTransport } from "../support/fake_transport.ts";
import { microtasks } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { joined, v1, v2, V4_BODY } from "../support/proxy_headers.ts";

const LOCAL = { transport: "tcp", hostname: "127.0.0.1", port: 80 } as const;
const PROXY = { transport: "tcp", hostname: "127.0.0.1", port: 5000 } as const;
const CLIENT = { transport: "tcp", hostname: "192.0.2.1", port: 1000 } as const;
const TARGET = { transport: "tcp", hostname: "198.51.100.2", port: 443 } as const;
const HEADER = v1("TCP4 192.0.2.1 198.51.100.2 1000 443");
const BYTES = new TextEncoder().encode("hello");

/** A socket that was accepted from the proxy. */
function accepted(remoteAddr: typeof PROXY | typeof CLIENT = PROXY) {
  const [transport, timers] = [new FakeTransport(), new FakeTimers()];
  let events: TransportEvents | undefined;
  const arrival = acceptedConnection((given) => {
    events = given;
    return transport;
  }, {
    localAddr: LOCAL,
    remoteAddr,
    timeouts: DEFAULT_TIMEOUTS,
    proxyProtocol: resolveProxyProtocol("test", { trust: ["127.0.0.1"], timeout: 100 }),
    timers,
  });
  if (events === undefined) throw new Error("the transport was not opened");
  return { arrival, transport, timers, events };
}

function handshakeOf({ arrival }: { arrival: TransportConnection | Handshake }): Handshake {
  if (arrival instanceof TransportConnection) throw new Error("it has no header");
  return arrival;
}

/** One that waits for its header. */
function waiting() {
  const socket = accepted();
  return { ...socket, ...handshakeOf(socket) };
}

const codeOf = async (promise: Promise<unknown>) =>
  (await assertRejects(() => promise, NetworkError)).code;

test("acceptedConnection() takes nothing of a peer that is not trusted for a header", async () => {
  const { arrival, transport, timers, events } = accepted(CLIENT);
  if (!(arrival instanceof TransportConnection)) throw new Error("it waits for a header");
  assertEquals([arrival.remoteAddr, arrival.localAddr], [CLIENT, LOCAL]);
  assertEquals([transport.calls, timers.armed], [[], 0]);
  const read = arrival.read();
  events.received(HEADER);
  assertStrictEquals(await read, HEADER);
});

test("acceptedConnection() gives the addresses of the header, and what follows it", async () => {
  const { finished, events, transport, timers } = waiting();
  assertEquals([transport.calls, timers.armed], [["resume"], 1]);
  assertEquals(events.received(HEADER.subarray(0, 10)), true);
  assertEquals(events.received(joined(HEADER.subarray(10), BYTES)), false, "input is stopped");
  const connection = await finished;
  assertEquals([connection.remoteAddr, connection.localAddr], [CLIENT, TARGET]);
  assertEquals(timers.armed, 0);
  assertEquals(await connection.read(), BYTES);
  const next = connection.read();
  assertEquals(events.received(BYTES), true);
  assertStrictEquals(await next, BYTES);
  events.ended();
  assertStrictEquals(await connection.read(), null);
});

test("acceptedConnection() reads on when nothing came with the header", async () => {
  const { finished, events, transport } = waiting();
  assertEquals(events.received(v2({ body: V4_BODY })), false);
  const connection = await finished;
  assertEquals(transport.calls, ["resume"]);
  const read = connection.read();
  assertEquals(transport.calls, ["resume", "resume"]);
  events.received(BYTES);
  assertStrictEquals(await read, BYTES);
});

test("acceptedConnection() keeps what came with the header before the end of file", async () => {
  const { finished, events } = waiting();
  events.received(joined(HEADER, BYTES));
  events.ended();
  const connection = await finished;
  assertEquals(await connection.read(), BYTES);
  assertStrictEquals(await connection.read(), null);
});

test("acceptedConnection() keeps the addresses of the socket when the header names none", async () => {
  for (const header of [v1("UNKNOWN"), v2({ command: 0x20 })]) {
    const { finished, events } = waiting();
    events.received(header);
    const { remoteAddr, localAddr } = await finished;
    assertEquals([remoteAddr, localAddr], [PROXY, LOCAL]);
  }
});

test("acceptedConnection() passes everything on to the connection that it has made", async () => {
  const { finished, events, transport } = waiting();
  events.received(HEADER);
  const connection = await finished;
  transport.takes = false;
  const written = connection.write(BYTES);
  events.written();
  await written;
  const { signal } = connection;
  events.failed(new NetworkError("gone", { code: "ECONNRESET" }));
  assertEquals(signal.aborted, true);
  assertEquals(transport.calls.at(-1), "release");
  let released = false;
  connection.onReleased = () => released = true;
  events.closed();
  assertEquals(released, true);
});

test("acceptedConnection() resets a peer whose header is wrong, too long or late", async () => {
  const wrong = waiting();
  assertEquals(wrong.events.received(BYTES), false);
  assertEquals(await codeOf(wrong.finished), "EBADMSG");
  const long = waiting();
  long.events.received(v2({ length: 10_000 }));
  assertEquals(await codeOf(long.finished), "EMSGSIZE");
  const late = waiting();
  late.timers.advance(50);
  late.events.received(HEADER.subarray(0, 20));
  late.timers.advance(49);
  assertEquals(late.transport.calls, ["resume"]);
  late.timers.advance(1);
  assertEquals(await codeOf(late.finished), "ETIMEDOUT");
  for (const { transport, timers, events } of [wrong, long, late]) {
    assertEquals([transport.calls, timers.armed], [["resume", "reset"], 0]);
    // What still comes is nobody's.
    assertEquals(events.received(HEADER), false);
    events.ended();
    events.written();
    events.closed();
    assertEquals(transport.calls, ["resume", "reset"]);
  }
});

test("acceptedConnection() lets go of a peer that is gone before its header is there", async () => {
  const reset = new NetworkError("gone", { code: "ECONNRESET" });
  const ways = [
    ({ events }: { events: TransportEvents }) => events.ended(),
    ({ events }: { events: TransportEvents }) => events.closed(),
    ({ events }: { events: TransportEvents }) => events.failed(reset),
  ];
  for (const leave of ways) {
    const socket = waiting();
    socket.events.received(HEADER.subarray(0, 5));
    leave(socket);
    assertEquals(await codeOf(socket.finished), "ECONNRESET");
    assertEquals([socket.transport.calls, socket.timers.armed], [["resume", "release"], 0]);
  }
});

test("acceptedConnection() can be given up", async () => {
  const { finished, abort, transport, timers, events } = waiting();
  abort();
  abort();
  assertEquals(await codeOf(finished), "ECONNABORTED");
  assertEquals([transport.calls, timers.armed], [["resume", "reset"], 0]);
  events.received(HEADER);
});

test("offerAccepted() offers a connection when its header is there, and others meanwhile", async () => {
  const failed: string[] = [];
  const onAcceptError = ({ message }: Error) => void failed.push(message);
  const acceptor = new PushAcceptor({ maxPending: 2, onAcceptError, stop: () => undefined });
  const [slow, wrong, plain] = [accepted(), accepted(), accepted(CLIENT)];
  for (const { arrival } of [slow, wrong, plain]) offerAccepted(acceptor, arrival);
  assertEquals([acceptor.stats.open, acceptor.stats.pending], [3, 1]);
  assertStrictEquals(await acceptor.accept(), plain.arrival);

  wrong.events.received(BYTES);
  await microtasks();
  assertEquals(failed, [
    "Cannot accept a connection: Cannot read the PROXY header: byte 1 is 104 (EBADMSG)",
  ]);
  assertEquals([acceptor.stats.open, acceptor.stats.failedAccepts], [2, 1]);

  const next = acceptor.accept();
  slow.events.received(HEADER);
  assertEquals((await next)?.remoteAddr, CLIENT);
  await acceptor.stop();
});

test("offerAccepted() resets what comes when there are too many, header or not", async () => {
  const acceptor = new PushAcceptor({
    maxPending: 2,
    maxConnections: 1,
    onAcceptError: undefined,
    stop: () => undefined,
  });
  const [first, second] = [accepted(), accepted()];
  for (const { arrival } of [first, second]) offerAccepted(acceptor, arrival);
  assertEquals([first.transport.calls, second.transport.calls], [["resume"], ["resume", "reset"]]);
  assertEquals([acceptor.stats.open, acceptor.stats.refused], [1, 1]);
  // And what is under way when nobody asks any more.
  await acceptor.stop();
  await microtasks();
  assertEquals(first.transport.calls, ["resume", "reset"]);
  assertEquals([acceptor.stats.open, acceptor.stats.failedAccepts], [0, 0]);
});
