/**
 * The characters of HTTP/1.1: RFC 9110, section 5.5 and 5.6; RFC 9112, section 3.2.
 *
 * @module
 */

/** In a method, and in the name of a field. */
export const TOKEN = 1;
/** In the target of a request: what is visible in ASCII, but `#`. */
export const TARGET = 2;
/** In the value of a field: no control character but HTAB. */
export const VALUE = 4;

/** For each byte, what it may be part of. */
const CLASSES: Uint8Array = classes();

/** Whether `byte` may be part of `kind`. */
export function is(byte: number, kind: number): boolean {
  return ((CLASSES[byte] as number) & kind) !== 0;
}

function classes(): Uint8Array {
  const table = new Uint8Array(256);
  for (let byte = 0x20; byte < 0x100; byte++) {
    if (byte !== 0x7f) table[byte] = VALUE;
    if (byte > 0x20 && byte < 0x7f && byte !== 0x23) table[byte] = VALUE | TARGET;
  }
  table[0x09] = VALUE;
  const tokens = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  for (const character of tokens) {
    const byte = character.charCodeAt(0);
    table[byte] = (table[byte] ?? 0) | TOKEN;
  }
  return table;
}

const [ascii, MOST_AT_ONCE] = [new TextDecoder(), 4096];

/** Bytes as text: one character a byte (ISO 8859-1). `isAscii` says that none is over 0x7f. */
export function latin1(bytes: Uint8Array, isAscii = false): string {
  if (isAscii) return ascii.decode(bytes);
  let text = "";
  for (let at = 0; at < bytes.length; at += MOST_AT_ONCE) {
    text += String.fromCharCode(...bytes.subarray(at, at + MOST_AT_ONCE));
  }
  return text;
}

/** Text of ISO 8859-1 as bytes, with `body` and `after` behind it. */
export function latin1Bytes(before: string, body?: Uint8Array, after = ""): Uint8Array {
  const end = before.length + (body?.length ?? 0);
  const bytes = new Uint8Array(end + after.length);
  for (let i = 0; i < before.length; i++) bytes[i] = before.charCodeAt(i);
  if (body !== undefined) bytes.set(body, before.length);
  for (let i = 0; i < after.length; i++) bytes[end + i] = after.charCodeAt(i);
  return bytes;
}
