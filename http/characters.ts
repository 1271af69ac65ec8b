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

const [utf8, MOST_AT_ONCE] = [new TextDecoder(), 4096];
const REPLACEMENT = "\ufffd";

/** Bytes as text: one character a byte (ISO 8859-1). */
export function latin1(bytes: Uint8Array): string {
  // The platform's decoder is the fastest way, and right for ASCII: then each byte is a character.
  const ascii = utf8.decode(bytes);
  if (ascii.length === bytes.length && !ascii.includes(REPLACEMENT)) return ascii;
  let text = "";
  for (let at = 0; at < bytes.length; at += MOST_AT_ONCE) {
    text += String.fromCharCode(...bytes.subarray(at, at + MOST_AT_ONCE));
  }
  return text;
}

/** Whether the bytes from `start` to `end` are `name` in any case; it is given in lower case. */
export function isName(bytes: Uint8Array, start: number, end: number, name: string): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) {
    const byte = bytes[start + i] as number;
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (lower !== name.charCodeAt(i)) return false;
  }
  return true;
}

/** Whether the bytes from `start` to `end` are these characters. */
export function isText(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) {
    if (bytes[start + i] !== text.charCodeAt(i)) return false;
  }
  return true;
}

/** The method from `start` to `end`. */
export function methodOf(bytes: Uint8Array, start: number, end: number): string {
  // Not in a loop: this is asked for every request.
  if (isText(bytes, start, end, "GET")) return "GET";
  if (isText(bytes, start, end, "POST")) return "POST";
  if (isText(bytes, start, end, "HEAD")) return "HEAD";
  return latin1(bytes.subarray(start, end));
}

const encoder = new TextEncoder();

/** Writes text to where there is room for it, when it is ASCII; else what stands there is undefined. Whether it is. */
export function asciiInto(text: string, bytes: Uint8Array, at: number): boolean {
  const { read, written } = encoder.encodeInto(text, at === 0 ? bytes : bytes.subarray(at));
  return read === text.length && written === text.length;
}

/** Writes text of ISO 8859-1 to where there is room for it; returns how many bytes that are. */
export function latin1Into(text: string, bytes: Uint8Array, at: number): number {
  if (!asciiInto(text, bytes, at)) {
    for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  }
  return text.length;
}
