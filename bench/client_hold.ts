/** Holds many connections open, and has something large sent back over one. */

import { ClientSocket } from "./client_socket.ts";
import { bytesOf } from "./client_load.ts";
import type { MessageName } from "./messages.ts";

/** How many are opened, or asked, at once: fewer than a listener's queue holds. */
const AT_ONCE = 64;
const PAUSE_MS = 4;
/** How much of a body is written at once. */
const PIECE = new Uint8Array(256 * 1024);

/** A connection that is held, and who waits for something to happen to it. */
interface Held {
  readonly socket: ClientSocket;
  /** Why it is not open any more. */
  gone?: Error;
  happened: (error?: Error) => void;
}

const held: Held[] = [];

async function inTurns<T>(items: Iterable<T>, handle: (item: T) => Promise<void>): Promise<void> {
  const iterator = Iterator.from(items);
  const work = async (): Promise<void> => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await handle(next.value);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** Opens connections until there are `count`. */
export async function hold(port: number, count: number): Promise<number> {
  while (held.length < count) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - held.length) });
    await Promise.all(some.map(() => open(port)));
    // They are open as soon as the system has them: a server that lags behind its queue would lose
    // some, and they would take a second each.
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return held.length;
}

function open(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const one: Held = {
      socket: new ClientSocket(port, {
        opened: () => one.happened(),
        answered: () => one.happened(),
        closed: (_, error = new Error("Cannot hold: a connection was closed")) => {
          one.gone = error;
          one.happened(error);
        },
      }),
      happened: (error) => error === undefined ? resolve() : reject(error),
    };
    held.push(one);
  });
}

/** One exchange on each. */
export async function exchange(message: MessageName): Promise<number> {
  const bytes = bytesOf(message);
  await inTurns(held, (one) =>
    new Promise((resolve, reject) => {
      if (one.gone !== undefined) return reject(one.gone);
      one.happened = (error) => error === undefined ? resolve() : reject(error);
      one.socket.send(bytes);
    }));
  return held.length;
}

/** Ends them all. */
export async function release(): Promise<number> {
  await inTurns(held.splice(0), (one) =>
    new Promise((resolve) => {
      if (one.gone !== undefined) return resolve();
      one.happened = () => resolve();
      one.socket.end();
    }));
  return held.length;
}

/** Posts `bytes` to what sends them back, and takes them while it sends; gives what has come. */
export function sendBody(port: number, bytes: number): Promise<number> {
  const head =
    `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: ${bytes}`;
  return new Promise((resolve, reject) => {
    new ClientSocket(port, {
      opened: (socket) => socket.stream(pieces(`${head}\r\n\r\n`, bytes)),
      answered: () => undefined,
      closed: (socket, error) => {
        if (error === undefined && socket.received >= bytes) resolve(socket.received);
        else reject(error ?? new Error(`Cannot go on: ${socket.received} of ${bytes} came back`));
      },
    });
  });
}

function* pieces(head: string, bytes: number): Generator<Uint8Array, void, undefined> {
  yield new TextEncoder().encode(head);
  for (let left = bytes; left > 0; left -= PIECE.length) {
    yield left >= PIECE.length ? PIECE : PIECE.subarray(0, left);
  }
}
