/**
 * The fields of an answer.
 *
 * @module
 */

import { show } from "../core/show.ts";
import { is, TOKEN } from "./characters.ts";

/** Every code unit may be sent as a byte, and none ends a line. */
const BAD_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

const [PLAIN, DATE, TYPE, CONNECTION, LENGTH, CODING, UPGRADE] = [0, 1, 2, 3, 4, 5, 6];
/** The names that matter here. */
const KINDS: ReadonlyMap<string, number> = new Map([
  ["date", DATE],
  ["content-type", TYPE],
  ["connection", CONNECTION],
  ["keep-alive", CONNECTION],
  ["content-length", LENGTH],
  ["transfer-encoding", CODING],
  ["upgrade", UPGRADE],
]);

/** A name that was found good, and the last value that was, with the line of both. */
interface KnownName {
  readonly kind: number;
  value: string;
  line: string;
}

/** Names are few, and most values are what they were in the last answer. */
const known = new Map<string, KnownName>();
const [MOST_NAMES, MOST_CHARACTERS] = [256, 256];

/** Collects the fields of an answer. Throws a TypeError for a name or value that cannot be sent. */
export class FieldLines {
  /** The fields as they are sent, each with its line end, without those that the connection is about. */
  lines = "";
  /** What Content-Length says. */
  length: number | undefined;
  /** Whether Connection says that it is to be closed. */
  close = false;
  /** Whether there is a Date. */
  dated = false;
  /** Whether there is a Content-Type. */
  typed = false;

  add(name: string, value: string): void {
    const entry = known.get(name) ?? learn(name);
    switch (entry.kind) {
      case DATE:
        this.dated = true;
        break;
      case TYPE:
        this.typed = true;
        break;
      case CONNECTION:
        requireText(`the value of ${name}`, value);
        // How the connection goes on is not the handler's to say, but that it is to be closed.
        if (/(^|,)[ \t]*close[ \t]*(,|$)/i.test(value)) this.close = true;
        return;
      case LENGTH:
        return this.#setLength(value);
      case CODING:
        return requireText(`the value of ${name}`, value);
      case UPGRADE:
        // It is about this connection alone, and has to be named as such: RFC 9110, section 7.8.
        this.lines += "Connection: Upgrade\r\n";
    }
    this.lines += value === entry.value ? entry.line : lineOf(entry, name, value);
  }

  #setLength(value: string): void {
    const isNumber = typeof value === "string" && /^[\t ]*[0-9]+$/.test(value);
    const length = isNumber ? Number(value) : NaN;
    if (!Number.isSafeInteger(length) || (this.length ?? length) !== length) {
      throw new TypeError(`Cannot answer: the Content-Length is ${show(value)}`);
    }
    this.length = length;
  }
}

function lineOf(entry: KnownName, name: string, value: string): string {
  requireText(`the value of ${name}`, value);
  const line = `${name}: ${trimmed(value)}\r\n`;
  if (value.length <= MOST_CHARACTERS) {
    entry.value = value;
    entry.line = line;
  }
  return line;
}

function learn(name: string): KnownName {
  requireName(name);
  const kind = KINDS.get(name.toLowerCase()) ?? PLAIN;
  const entry = { kind, value: "", line: `${name}: \r\n` };
  if (known.size < MOST_NAMES && name.length <= MOST_CHARACTERS) known.set(name, entry);
  return entry;
}

function requireName(name: string): void {
  if (!isFieldName(name)) throw new TypeError(`Cannot answer: the field name is ${show(name)}`);
}

/** Whether a field may have this name. */
export function isFieldName(name: unknown): boolean {
  if (typeof name !== "string" || name.length === 0) return false;
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    if (unit >= 0x80 || !is(unit, TOKEN)) return false;
  }
  return true;
}

function trimmed(value: string): string {
  return value.replace(/^[\t ]+/, "");
}

/** Throws a TypeError unless `text` can stand in a head. */
export function requireText(what: string, text: string): void {
  // Whoever has no types may give anything, also what says something else each time it is asked.
  if (typeof text === "string" && !BAD_VALUE.test(text)) return;
  throw new TypeError(`Cannot answer: ${what} is ${show(text)}`);
}
