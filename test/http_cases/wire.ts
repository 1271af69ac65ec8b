/** The client's end of a connection, and how a test talks over it. */

import type { Connection } from "../../core/connection.ts";
import { macrotask } from "../support/gates.ts";
import type { SocketPeer } from "../conformance/sockets/socket_peer.ts";

/** Bytes both ways. */
export interface Wire {
  write(bytes: Uint8Array): Promise<void>;
  /** Sends the end of file. */
  end(): unknown;
  read(): Promise<Uint8Array | null>;
  /** Lets go of it. */
  destroy(): unknown;
}

/** One end of a connection of the library's. */
export function wireOf(connection: Connection): Wire {
  return {
    write: (bytes) => connection.write(bytes),
    end: () => connection.closeWrite().catch(gone),
    read: () => connection.read(),
    destroy: () => connection.close(),
  };
}

/** A plain socket. */
export function wireOfSocket(peer: SocketPeer): Wire {
  return {
    write: (bytes) => peer.write(bytes),
    end: () => peer.end(),
    read: () => peer.read(),
    destroy: () => peer.destroy(),
  };
}

/** What comes back for `bytes` and an end of file, up to the server's own end of file. */
export async function exchange(wire: Wire, bytes: Uint8Array): Promise<string> {
  try {
    const sent = wire.write(bytes).catch(gone).then(() => wire.end());
    const text = await textOf(wire, () => undefined);
    await sent;
    return text;
  } finally {
    await wire.destroy();
  }
}

/** What has come when all that was ready has run, and the server waits for more or has ended. */
export async function answered(
  wire: Wire,
  bytes: Uint8Array,
): Promise<{ text: string; ended: boolean }> {
  let [text, ended, news] = ["", false, true];
  const sent = wire.write(bytes).catch(gone);
  const read = textOf(wire, (chunk) => {
    text += chunk;
    news = true;
  }).then(() => ended = true, gone);
  for (let quiet = 0; quiet < QUIET_TURNS && !ended; quiet++) {
    news = false;
    await macrotask();
    if (news) quiet = 0;
  }
  const result = { text, ended };
  await wire.destroy();
  await Promise.all([sent, read]);
  return result;
}

/** Turns of the event loop without a byte, in memory: nothing there waits for more than a few. */
const QUIET_TURNS = 8;

async function textOf(wire: Wire, each: (text: string) => void): Promise<string> {
  const parts: string[] = [];
  for (let chunk = await wire.read(); chunk !== null; chunk = await wire.read()) {
    const text = latin1(chunk);
    each(text);
    parts.push(text);
  }
  return parts.join("");
}

/** A server that has refused need not take the rest: what it has answered says the outcome. */
function gone(): undefined {
  return undefined;
}

/** Bytes as characters of Latin-1. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return text;
}

/** Characters of Latin-1 as bytes. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
