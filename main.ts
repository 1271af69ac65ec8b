/**
 * The server program: arguments, pages, listen, serve, signals. It alone reads the arguments.
 *
 * @module
 */

import process from "node:process";
import { listen } from "./adapters/current.ts";
import { type Addr, formatAddr } from "./core/addr.ts";
import type { Connection } from "./core/connection.ts";
import type { Served } from "./core/served.ts";
import type { HandleOptions, Site } from "./http/handle_connection.ts";
import { GRACE_MS, serveSite } from "./http/serve_site.ts";
import { type Arguments, HELP, readArguments, UsageError } from "./main_arguments.ts";
import { besideThis, lacksPermission, oneLine, readSite } from "./main_site.ts";

/** The version of this package; a test holds it to that of package.json and deno.json. */
export const VERSION = "0.1.0";

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
    options.complain(lacksPermission(error) ? forbidden(options.args) : oneLine(error));
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

/** Deno says which permission is missing one at a time. */
function forbidden(args: readonly string[]): string {
  const more = args.some((arg) => arg.startsWith("--workers")) ? " --allow-env --allow-run" : "";
  return `Cannot start: Deno needs --allow-net --allow-read${more} for it`;
}

async function serve(
  { hostname, port = 7878, limit = 10_000, workers = 1, root = besideThis("./static") }: Arguments,
  options: ProgramOptions,
): Promise<void> {
  const { print, complain } = options;
  const site = await readSite(root);
  const listening = (addr: Addr): void => {
    print(`Listening on http://${formatAddr(addr)}/`);
    print(`Serving the pages of ${root}; Ctrl-C stops it`);
  };
  const { cut } = workers === 1
    ? await serveAlone({ hostname, port, limit, site, listening }, options)
    : await serveTogether({ hostname, port, limit, workers, site, listening }, options);
  if (cut > 0) complain(`Cannot finish all within 10 s: connections that were reset: ${cut}`);
}

interface Serving {
  readonly hostname: string | undefined;
  readonly port: number;
  readonly limit: number;
  readonly site: Site;
  /** It listens. */
  readonly listening: (addr: Addr) => void;
}

async function serveAlone(
  { hostname, port, limit, site, listening }: Serving,
  { stop, complain, sleep }: ProgramOptions,
): Promise<Served> {
  const listener = await listen({ port, hostname }).catch(wrongHostname);
  listening(listener.addr);
  const onError = (error: unknown, { remoteAddr: peer }: Connection) =>
    complain(`Cannot answer ${formatAddr(peer)}: ${oneLine(error)}`);
  return await serveSite(listener, site, { limit, stop, sleep, onError });
}

async function serveTogether(
  { hostname, port, limit, workers, site, listening }: Serving & { readonly workers: number },
  { stop, complain }: ProgramOptions,
): Promise<Served> {
  // On demand: threads and processes are nothing that one event loop needs.
  const { serveParallel } = await import("./parallel/serve_parallel.ts");
  const server = await serveParallel(workerModule(), {
    hostname,
    port,
    limit,
    workers,
    grace: GRACE_MS,
    data: site,
    onEvent: (event) => {
      if (event.type === "error") complain(`Cannot answer: ${oneLine(event.error)}`);
      if (event.type !== "failed") return;
      const why = event.error === undefined ? "" : `: ${oneLine(event.error)}`;
      complain(`Cannot go on with worker ${event.worker} (${event.reason})${why}; it is replaced`);
    },
  }).catch(wrongHostname);
  listening(server.addr);
  if (stop.aborted) return await server.close();
  stop.addEventListener("abort", () => void server.close(), { once: true });
  return await server.ended;
}

/** The port has been checked: it is the host name. */
function wrongHostname(error: unknown): never {
  throw error instanceof TypeError ? new UsageError(error.message) : error;
}

/** Beside this file, translated if this is. */
function workerModule(): URL {
  const { url } = import.meta;
  return new URL(url.endsWith(".ts") ? "./main_worker.ts" : "./main_worker.js", url);
}
