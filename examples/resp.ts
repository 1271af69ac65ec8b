/**
 * The protocol of Redis, as far as the key-value store needs it: RESP 2.
 */

import { type BufferedReader, NetworkError } from "../mod.ts";

/** The most arguments that a command may have, and the most bytes that each may have. */
const [MAX_ARGUMENTS, MAX_BYTES] = [1_024, 1024 * 1024];
/** The longest line: a head, or a command that is written inline. */
const MAX_LINE_BYTES = 64 * 1024;

const encoder = new TextEncoder();

/** What a peer has sent is no command. */
export class ProtocolError extends Error {}

/**
 * The next command and its arguments, as an array of bulk strings or inline; `null` at the end.
 * Throws a ProtocolError for anything else.
 */
export async function readCommand(reader: BufferedReader): Promise<Uint8Array[] | null> {
  const line = await readLine(reader);
  if (line === null) return null;
  if (!line.startsWith("*")) {
    return line.split(" ").filter((word) => word !== "").map((word) => encoder.encode(word));
  }
  const words: Uint8Array[] = [];
  for (let count = lengthOf(line, MAX_ARGUMENTS); count > 0; count--) {
    const head = await readLine(reader) ?? "";
    if (!head.startsWith("$")) throw new ProtocolError(`expected '$', got '${head.slice(0, 1)}'`);
    const word = await reader.readExactly(lengthOf(head, MAX_BYTES) + 2);
    words.push(word.subarray(0, -2));
  }
  return words;
}

async function readLine(reader: BufferedReader): Promise<string | null> {
  try {
    return await reader.readLine({ limit: MAX_LINE_BYTES, fatal: false });
  } catch (error) {
    if (error instanceof NetworkError && error.code === "EMSGSIZE") {
      throw new ProtocolError("too big inline request");
    }
    throw error;
  }
}

function lengthOf(head: string, most: number): number {
  const digits = head.slice(1);
  const length = Number(digits);
  if (/^\d+$/.test(digits) && length <= most) return length;
  throw new ProtocolError(
    head.startsWith("*") ? "invalid multibulk length" : "invalid bulk length",
  );
}

/** A short text that says how it went. */
export function simple(text: string): Uint8Array {
  return encoder.encode(`+${text}\r\n`);
}

/** What went wrong. */
export function failure(text: string): Uint8Array {
  return encoder.encode(`-ERR ${text}\r\n`);
}

/** A whole number. */
export function integer(value: number): Uint8Array {
  return encoder.encode(`:${value}\r\n`);
}

/** Bytes; `undefined` is the nil of Redis. */
export function bulk(value: Uint8Array | undefined): Uint8Array {
  if (value === undefined) return encoder.encode("$-1\r\n");
  const head = encoder.encode(`$${value.length}\r\n`);
  const bytes = new Uint8Array(head.length + value.length + 2);
  bytes.set(head);
  bytes.set(value, head.length);
  bytes.set([0x0d, 0x0a], head.length + value.length);
  return bytes;
}
