/**
 * The server program: arguments, pages, listen, serve, signals. It alone reads the arguments.
 *
 * @module
 */

import { readFile, stat } from "node:fs/promises";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { listen } from "./adapters/current.ts";
import { formatAddr } from "./core/addr.ts";
import type { Connection } from "./core/connection.ts";
import { codeOf } from "./core/errors.ts";
import { show } from "./core/show.ts";
import type { HandleOptions, Site } from "./http/handle_connection.ts";
import { serveSite } from "./http/serve_site.ts";

/** The version of this package; a test holds it to that of package.json and deno.json. */
export const VERSION = "0.1.0";

const HELP = `The web server of @incoming/net: GET / and GET /sleep, and 404 for the rest.

Options:
  --hostname NAME  the address to listen on (default 127.0.0.1: this machine only)
  --port NUMBER    the port, 0 to 65535; 0 takes a free one (default 7878)
  --limit NUMBER   how many connections are handled at once, 1 to 1000000 (default 10000)
  --root FOLDER    where hello.html and 404.html are (default: static, beside the program)
  --help           shows this
  --version        shows the version

SIGINT (Ctrl-C) and SIGTERM stop it: running requests have 10 s to finish; a second signal ends it
at once. Exit code: 0 when it was stopped, 1 when it cannot serve, 2 when an option is wrong.`;

const [TEXT, SWITCH] = [{ type: "string" }, { type: "boolean" }] as const;
// deno-fmt-ignore
const OPTIONS = { hostname: TEXT, port: TEXT, limit: TEXT, root: TEXT, help: SWITCH, version: SWITCH };

/** Loaded from a registry, this has its pages there too. */
const REMOTE = /^https?:\/\//;

/** What the program is run with. */
export interface ProgramOptions {
  /** The arguments, without those of the runtime. */
  readonly args: readonly string[];
  /** Stops the server when it aborts. */
  readonly stop: AbortSignal;
  /** Takes a line for the standard output. */
  readonly print: (line: string) => void;
  /** Takes a line for the standard error output. */
  readonly complain: (line: string) => void;
  /** What `/sleep` waits for. Default: 5 s. */
  readonly sleep?: HandleOptions["sleep"];
}

/** An argument that is none, or has a wrong value. */
class UsageError extends Error {}

/**
 * Runs the program until it was stopped and nothing is left. Never rejects: what goes wrong is one line
 * for `complain`. Resolves with the exit code: 0, 1 when it cannot serve, 2 when an argument is wrong.
 */
export async function program(options: ProgramOptions): Promise<number> {
  try {
    const { help, version, ...values } = readArguments(options.args);
    if (help) options.print(HELP);
    else if (version) options.print(VERSION);
    else await serve(values, options);
    return 0;
  } catch (error) {
    options.complain(oneLine(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

/** Runs the program with the arguments and signals of the process, and sets its exit code. */
export async function main(): Promise<void> {
  const stop = new AbortController();
  const onSignal = (number: number) => () => {
    if (stop.signal.aborted) process.exit(128 + number);
    console.log("Stopping: running requests have 10 s; a second signal ends them");
    stop.abort();
  };
  const handlers = { SIGINT: onSignal(2), SIGTERM: onSignal(15) };
  process.on("SIGINT", handlers.SIGINT).on("SIGTERM", handlers.SIGTERM);
  // Whoever read the output may be gone: that is no reason to end.
  for (const output of [process.stdout, process.stderr]) output.on("error", () => undefined);
  const { log: print, error: complain } = console;
  const args = process.argv.slice(2);
  process.exitCode = await program({ args, stop: stop.signal, print, complain });
  process.off("SIGINT", handlers.SIGINT).off("SIGTERM", handlers.SIGTERM);
}

type Arguments = Partial<
  & Record<"hostname" | "root", string>
  & Record<"port" | "limit", number>
  & Record<"help" | "version", true>
>;

function readArguments(args: readonly string[]): Arguments {
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

async function serve(
  { hostname, port = 7878, limit = 10_000, root = besideThis("./static") }: Arguments,
  { stop, print, complain, sleep }: ProgramOptions,
): Promise<void> {
  const site = await readSite(root);
  const listener = await listen({ port, hostname }).catch((error) => {
    // The port has been checked: it is the host name.
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  });
  print(`Listening on http://${formatAddr(listener.addr)}/`);
  print(`Serving the pages of ${root}; Ctrl-C stops it`);
  const onError = (error: unknown, { remoteAddr: peer }: Connection) =>
    complain(`Cannot answer ${formatAddr(peer)}: ${oneLine(error)}`);
  const { cut } = await serveSite(listener, site, { limit, stop, sleep, onError });
  if (cut > 0) complain(`Cannot finish all within 10 s: connections that were reset: ${cut}`);
}

/** A path, or the address that this was loaded from. */
function besideThis(name: string): string {
  const url = new URL(name, import.meta.url);
  return url.protocol === "file:" ? fileURLToPath(url) : url.href;
}

async function readSite(folder: string): Promise<Site> {
  try {
    const isFolder = REMOTE.test(folder) || (await stat(folder)).isDirectory();
    if (!isFolder) throw new Error("it is a file, not a folder");
    const hello = await readPage(folder, "hello.html");
    return { hello, notFound: await readPage(folder, "404.html") };
  } catch (error) {
    if (lacksPermission(error)) throw error;
    const reason = codeOf(error, "") === "ENOENT" ? "there is no such folder" : oneLine(error);
    throw new Error(`Cannot serve the pages of ${show(folder)}: ${reason}`);
  }
}

async function readPage(folder: string, name: string): Promise<Uint8Array> {
  try {
    if (!REMOTE.test(folder)) return await readFile(`${folder}/${name}`);
    const response = await fetch(`${folder}/${name}`);
    if (response.ok) return await response.bytes();
    throw new Error(`${name} is answered with ${response.status}`);
  } catch (error) {
    throw codeOf(error, "") === "ENOENT" ? new Error(`it has no ${name}`) : error;
  }
}

/** Whether Deno forbids it. What it says then names just one of the permissions. */
function lacksPermission(error: unknown): boolean {
  return codeOf(error, "") === "ENOTCAPABLE" || (error as Error | null)?.name === "NotCapable";
}

/** What went wrong, without control characters. */
function oneLine(error: unknown): string {
  if (lacksPermission(error)) return "Cannot start: Deno needs --allow-net --allow-read for it";
  const message = error instanceof Error ? error.message : String(error);
  // deno-lint-ignore no-control-regex
  return message.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
}
