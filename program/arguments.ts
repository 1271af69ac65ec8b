/**
 * Reads the arguments of the server program.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { show } from "../core/show.ts";
import { refuseContradictions } from "./contradictions.ts";
import { UsageError } from "./failures.ts";
import { type Arguments, FLAGS, FORMATS } from "./flags.ts";

/**
 * Reads the arguments, without those of the runtime; a flag that is given twice has its last value.
 * Throws a {@linkcode UsageError} for what is no flag, for a value that is wrong, and for flags that
 * exclude each other.
 */
export function readArguments(args: readonly string[]): Arguments {
  // Not strict: the messages of parseArgs have several lines, and are the runtime's own.
  const { tokens } = parseArgs({ args: [...args], options: OPTIONS, strict: false, tokens: true });
  const values: Record<string, string | number | true> = {};
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    const given = token.kind === "positional" ? token.value : token.rawName;
    const name = given.replace(/^--/, "");
    if (token.kind === "positional" || given === name || !Object.hasOwn(FLAGS, name)) {
      const hint = token.kind === "positional" ? "; --root takes the folder" : "";
      throw wrong(`${show(given)} is not an option${hint}; --help shows them`);
    }
    values[name] = valueOf(name, token.value, token.inlineValue);
  }
  const read = values as Arguments;
  // Whoever asks for help may have begun to write the rest.
  if (!read.help && !read.version) refuseContradictions(read);
  return read;
}

const OPTIONS = Object.fromEntries(
  Object.entries(FLAGS).map(([name, { value }]) => {
    return [name, { type: value === undefined ? "boolean" : "string" }] as const;
  }),
);

function valueOf(name: string, value: string | undefined, inline?: boolean) {
  if (FLAGS[name]?.value === undefined) {
    if (value !== undefined) throw wrong(`--${name} takes no value, got ${show(value)}`);
    return true;
  }
  if (value === undefined || (!inline && value.startsWith("--"))) {
    throw wrong(`--${name} needs a value`);
  }
  return READ[name]?.(value) ?? notEmpty(name, value);
}

/** What is more than a text. */
const READ: Readonly<Record<string, (value: string) => string | number>> = {
  port: (value) => integer("port", value, 0, 65535),
  workers: (value) => integer("workers", value, 1, 1024),
  limit: (value) => integer("limit", value, 1, 1_000_000),
  notice: (value) => integer("notice", value, 0, 3600),
  // An address is looked at when it is listened on.
  hostname: (value) => value,
  mode: (value) => {
    if (/^0?[0-7]{3}$/.test(value)) return Number.parseInt(value, 8);
    throw wrong(`--mode must be three octal digits, as 660, got ${show(value)}`);
  },
  log: (value) => {
    if ((FORMATS as readonly string[]).includes(value)) return value;
    throw wrong(`--log must be common, json or none, got ${show(value)}`);
  },
  metrics: (value) => {
    if (/^\/[\w.~/-]+$/.test(value) && value !== "/healthz") return value;
    throw wrong(`--metrics must be a path of its own, as /metrics, got ${show(value)}`);
  },
};

/** Digits only: `Number()` would also take `0x50`, `1e3` and nothing at all. */
function integer(flag: string, value: string, min: number, max: number): number {
  const number = /^[0-9]+$/.test(value) ? Number(value) : NaN;
  if (number >= min && number <= max) return number;
  throw wrong(`--${flag} must be an integer from ${min} to ${max}, got ${show(value)}`);
}

/** No file has a NUL in its name, and every runtime says so in words of its own. */
function notEmpty(name: string, value: string): string {
  if (value === "") throw wrong(`--${name} must not be empty`);
  if (value.includes("\0")) throw wrong(`--${name} must be a path, got ${show(value)}`);
  return value;
}

function wrong(reason: string): UsageError {
  return new UsageError(`Cannot read the arguments: ${reason}`);
}
