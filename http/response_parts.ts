/**
 * What a `Response` is made of, when that says all of it.
 *
 * @module
 */

import { isFieldName } from "./field_lines.ts";
import { TEXT } from "./read_reply.ts";

/** What a response says. Fields in a list are names, each with its value behind it. */
export interface ResponseParts {
  /** The status code, 200 to 599. */
  readonly status: number;
  /** The reason phrase. */
  readonly statusText: string;
  /** The fields as they were given. */
  readonly given: Headers | readonly string[];
  /** The fields as they are read: names in lower case and in order, with the type of text. */
  readonly fields: readonly string[];
  /** The type that comes with the body, where none was given. */
  readonly type: string | undefined;
  /** The body. */
  readonly text: string | null;
}

/** Neither white space at its ends, which is left out, nor what cannot be sent. */
const VALUE = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/;
const REASON = /^[\t\x20-\x7e\x80-\xff]*$/;
const TYPE = "content-type";
/** What gives the items of an array. */
const { [Symbol.iterator]: ITEMS } = Array.prototype;
const NONE: readonly string[] = [];
const ONLY_TYPE: readonly string[] = [TYPE, TEXT];

/** Names that were found good, with their lower case. */
const known = new Map<string, string>();
const [MOST_NAMES, MOST_CHARACTERS] = [256, 256];

/**
 * What `new Response(body, init)` would say, where text brings its type, or `type`; `undefined` for
 * whatever is not as plain as nearly all are, what cannot be a response included. The Fetch standard,
 * section 5.5.
 */
export function partsOf(
  body: unknown,
  init: unknown,
  type: string = TEXT,
): ResponseParts | undefined {
  if (typeof body !== "string" && body !== undefined && body !== null) return undefined;
  const text = body ?? null;
  const isText = text !== null && type === TEXT;
  if (init === undefined && isText) {
    return { status: 200, statusText: "", given: NONE, fields: ONLY_TYPE, type, text };
  }
  if (init !== undefined && !isPlain(init)) return undefined;
  const { status = 200, statusText = "", headers } = init ?? {};
  if (typeof statusText !== "string" || !REASON.test(statusText)) return undefined;
  if (typeof status !== "number" || !mayBe(status, text)) return undefined;
  // They may be changed afterwards.
  const copy = isHeaders(headers) ? new Headers(headers) : undefined;
  const lines = linesOf(copy ?? headers);
  const fields = lines && inOrder(lines);
  if (lines === undefined || fields === undefined) return undefined;
  const brings = text !== null && put(fields, TYPE, type);
  const given = copy ?? lines;
  return { status, statusText, given, fields, type: brings ? type : undefined, text };
}

/** The fields as they were given, as options have them. */
export function headersOf(given: ResponseParts["given"]): Headers | [string, string][] {
  if (given instanceof Headers) return given;
  const pairs: [string, string][] = [];
  for (let at = 0; at < given.length; at += 2) {
    // Of each there are both.
    pairs.push([given[at] as string, given[at + 1] as string]);
  }
  return pairs;
}

/** Whether a response may have this status. */
function mayBe(status: number, text: string | null): boolean {
  if (!Number.isInteger(status) || status < 200 || status > 599) return false;
  return text === null || status !== 204 && status !== 205 && status !== 304;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The fields, as they are. */
function linesOf(headers: unknown): readonly string[] | undefined {
  if (headers === undefined) return NONE;
  const lines: string[] = [];
  if (isPlain(headers)) {
    const names = Object.keys(headers);
    // What is hidden, or a symbol, each platform takes in its own way.
    if (Reflect.ownKeys(headers).length !== names.length) return undefined;
    for (const name of names) {
      if (!add(lines, name, headers[name])) return undefined;
    }
  } else if (isList(headers)) {
    for (const pair of headers) {
      if (!isList(pair) || pair.length !== 2 || !add(lines, pair[0], pair[1])) return undefined;
    }
  } else {
    if (!isHeaders(headers)) return undefined;
    for (const [name, value] of headers) if (!add(lines, name, value)) return undefined;
  }
  return lines;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value[Symbol.iterator] === ITEMS;
}

function isHeaders(value: unknown): value is Headers {
  return typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) === Headers.prototype;
}

/** Adds a field; whether it is one. */
function add(lines: string[], name: unknown, value: unknown): boolean {
  if (typeof name !== "string" || typeof value !== "string") return false;
  lines.push(name, value);
  return VALUE.test(value);
}

/** The fields in the order in which they are read. A name that is there twice is the platform's to join. */
function inOrder(lines: readonly string[]): string[] | undefined {
  const fields: string[] = [];
  for (let at = 0; at < lines.length; at += 2) {
    const lower = lowerCase(lines[at] as string);
    if (lower === undefined || !put(fields, lower, lines[at + 1] as string)) return undefined;
  }
  return fields;
}

/** Puts a field in its place, unless there is one of that name; whether there was none. */
function put(fields: string[], name: string, value: string): boolean {
  let at = fields.length;
  while (at > 0 && (fields[at - 2] as string) > name) at -= 2;
  // Of cookies each has a field of its own.
  if (at > 0 && fields[at - 2] === name && name !== "set-cookie") return false;
  if (at === fields.length) fields.push(name, value);
  else fields.splice(at, 0, name, value);
  return true;
}

/** The name in lower case; `undefined` when it is none. */
function lowerCase(name: string): string | undefined {
  const before = known.get(name);
  if (before !== undefined) return before;
  if (!isFieldName(name)) return undefined;
  const lower = name.toLowerCase();
  if (known.size < MOST_NAMES && name.length <= MOST_CHARACTERS) known.set(name, lower);
  return lower;
}
