/**
 * The arguments of the server program.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { show } from "./core/show.ts";

/** What `--help` shows. */
export const HELP: string =
  `The web server of @incoming/net: GET / and GET /sleep, and 404 for the rest.

Options:
  --hostname NAME  the address to listen on (default 127.0.0.1: this machine only)
  --port NUMBER    the port, 0 to 65535; 0 takes a free one (default 7878)
  --limit NUMBER   how many connections are handled at once, 1 to 1000000 (default 10000)
  --workers COUNT  how many event loops serve, 1 to 1024 (default 1: in this process alone)
  --root FOLDER    where hello.html and 404.html are (default: static, beside the program)
  --help           shows this
  --version        shows the version

SIGINT (Ctrl-C) and SIGTERM stop it: running requests have 10 s to finish; a second signal ends it
at once. Exit code: 0 when it was stopped, 1 when it cannot serve, 2 when an option is wrong.`;

const [TEXT, SWITCH] = [{ type: "string" }, { type: "boolean" }] as const;
// deno-fmt-ignore
const OPTIONS = { hostname: TEXT, port: TEXT, limit: TEXT, workers: TEXT, root: TEXT, help: SWITCH, version: SWITCH };

/** An argument that is none, or has a wrong value. */
export class UsageError extends Error {}

/** What the arguments say. */
export type Arguments = Partial<
  & Record<"hostname" | "root", string>
  & Record<"port" | "limit" | "workers", number>
  & Record<"help" | "version", true>
>;

/** Reads the arguments of the program; throws a {@linkcode UsageError} for what is none. */
export function readArguments(args: readonly string[]): Arguments {
  // Not strict: the messages of parseArgs have several lines, and are the runtime's own.
  const { tokens } = parseArgs({ args: [...args], options: OPTIONS, strict: false, tokens: true });
  const values: Record<string, string | number | boolean> = {};
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    const given = token.kind === "positional" ? token.value : token.rawName;
    const name = given.replace(/^--/, "");
    if (token.kind === "positional" || given === name || !Object.hasOwn(OPTIONS, name)) {
      throw wrong(`${show(given)} is not an option; --help shows them`);
    }
    values[name] = valueOf(name as keyof typeof OPTIONS, token.value, token.inlineValue);
  }
  return values;
}

function valueOf(name: keyof typeof OPTIONS, value: string | undefined, inline?: boolean) {
  if (OPTIONS[name].type === "boolean") {
    if (value !== undefined) throw wrong(`--${name} takes no value, got ${show(value)}`);
    return true;
  }
  if (value === undefined || (!inline && value.startsWith("--"))) {
    throw wrong(`--${name} needs a value`);
  }
  if (value === "" && name === "root") throw wrong("--root must not be empty");
  if (name === "port") return integer("--port", value, 0, 65535);
  if (name === "workers") return integer("--workers", value, 1, 1024);
  return name === "limit" ? integer("--limit", value, 1, 1_000_000) : value;
}

/** Digits only: `Number()` would also take `0x50`, `1e3` and nothing at all. */
function integer(flag: string, value: string, min: number, max: number): number {
  const number = /^[0-9]+$/.test(value) ? Number(value) : NaN;
  if (number >= min && number <= max) return number;
  throw wrong(`${flag} must be an integer from ${min} to ${max}, got ${show(value)}`);
}

function wrong(reason: string): UsageError {
  return new UsageError(`Cannot read the arguments: ${reason}`);
}
