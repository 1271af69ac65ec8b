/**
 * The fields of an answer.
 *
 * @module
 */

import { show } from "../core/show.ts";
import { is, TOKEN } from "./characters.ts";

/** Every code unit may be sent as a byte, and none ends a line. */
const BAD_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

const [PLAIN, DATE, TYPE, CONNECTION, LENGTH, CODING] = [0, 1, 2, 3, 4, 5];
/** The names that matter here. */
const KINDS: ReadonlyMap<string, number> = new Map([
  ["date", DATE],
  ["content-type", TYPE],
  ["connection", CONNECTION],
  ["keep-alive", CONNECTION],
  ["content-length", LENGTH],
  ["transfer-encoding", CODING],
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
        return this.#setLength(trimmed(value));
      case CODING:
        return requireText(`the value of ${name}`, value);
    }
    this.lines += value === entry.value ? entry.line : lineOf(entry, name, value);
  }

  #setLength(value: string): void {
    const length = /^[0-9]+$/.test(value) ? Number(value) : NaN;
    if (!Number.isSafeInteger(length) || (this.length ?? length) !== length) {
      throw new TypeError(`Cannot answer: the Content-Length is ${show(value)}`);
    }
    this.length = length;
  }
}

function lineOf(entry: KnownName, name: string, value: string): string {
  // Whoever has no types may give anything.
  if (typeof value !== "string") throw badText(`the value of ${name}`, value);
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
  let good = name.length > 0;
  for (let i = 0; i < name.length && good; i++) {
    const unit = name.charCodeAt(i);
    good = unit < 0x80 && is(unit, TOKEN);
  }
  if (!good) throw new TypeError(`Cannot answer: the field name is ${show(name)}`);
}

function trimmed(value: string): string {
  return value.replace(/^[\t ]+/, "");
}

/** Throws a TypeError unless `text` can stand in a head. */
export function requireText(what: string, text: string): void {
  if (BAD_VALUE.test(text)) throw badText(what, text);
}

function badText(what: string, value: unknown): TypeError {
  return new TypeError(`Cannot answer: ${what} is ${show(value)}`);
}
