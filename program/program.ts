/**
 * The server program, from its arguments to its end.
 *
 * @module
 */

import { formatAddr } from "../core/addr.ts";
import type { Served } from "../core/served.ts";
import { systemTimers, type Timers } from "../core/timers.ts";
import { passedSocket } from "./activation.ts";
import { jsonMessage } from "./access_log.ts";
import { serveAlone } from "./alone.ts";
import { readArguments } from "./arguments.ts";
import type { Certificate } from "../core/tls.ts";
import type { CertificateFiles } from "./certificate.ts";
import { demoPlace, type Sleep } from "./demo.ts";
import { lacksPermission, oneLine, UsageError } from "./failures.ts";
import { type Arguments, HELP } from "./flags.ts";
import { missingPermissions, runtimeName } from "./runtime.ts";
import { GRACE_MS, type Running } from "./serving.ts";
import { type Settings, settingsOf } from "./settings.ts";

/** What the program is run with. */
export interface ProgramOptions {
  /** The arguments, without those of the runtime. */
  readonly args: readonly string[];
  /** What `--version` shows. */
  readonly version: string;
  /** Stops the server when it aborts. */
  readonly stop: AbortSignal;
  /** Takes a line for the standard output. */
  readonly print: (line: string) => void;
  /** Takes a line for the standard error output. */
  readonly complain: (line: string) => void;
  /** Whether the standard output is a terminal. Default `false`. */
  readonly terminal?: boolean;
  /** Calls `renew` whenever the certificate is to be read anew, until the function that is returned is called. Default: never. */
  readonly onRenewal?: (renew: () => void) => () => void;
  /** What `/sleep` waits for. Default: the time. */
  readonly sleep?: Sleep;
  /** The clock, as far as one event loop serves. Default: the platform's. */
  readonly timers?: Timers;
}

/**
 * Runs the program until it was stopped and nothing is left. Never rejects: what goes wrong is one line
 * for `complain`. Resolves with the exit code: 0, 1 when it cannot serve, 2 when an argument is wrong.
 */
export async function program(options: ProgramOptions): Promise<number> {
  let args: Arguments = {};
  try {
    args = readArguments(options.args);
    if (args.help) options.print(HELP);
    else if (args.version) options.print(options.version);
    else await serve(args, options);
    return 0;
  } catch (error) {
    options.complain(lacksPermission(error) ? missingPermissions(args) : oneLine(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

async function serve(args: Arguments, options: ProgramOptions): Promise<void> {
  const { terminal = false, print, complain, sleep, timers } = options;
  const settings = settingsOf(args, { terminal, socket: passedSocket() });
  const certificate = settings.certificate && await read(settings.certificate);
  const startTime = Date.now() / 1000;
  // On demand: threads and processes are nothing that one event loop needs.
  const start = settings.workers === 1 ? serveAlone : (await import("./together.ts")).serveTogether;
  const told = { print, complain, sleep, timers };
  const running = await start({ settings, certificate, startTime, ...told });
  const say = speaker(settings, print);
  say(`Listening on ${placeOf(running, settings)}`);
  say(serving(settings));
  const forget = certificate && options.onRenewal?.(() => {
    void renew(running, settings, say, complain);
  });
  const { cut } = await untilStopped(running, settings, options, say);
  forget?.();
  if (cut > 0) {
    complain(`Cannot finish all within ${GRACE_MS / 1000} s: connections that were reset: ${cut}`);
  }
}

/** On demand: what examines it takes a runtime up to 20 ms to load. */
async function read(files: CertificateFiles): Promise<Certificate> {
  const { readCertificate } = await import("./certificate.ts");
  return await readCertificate(files);
}

/** Says what is no error: in the format of the log. */
function speaker({ quiet, log }: Settings, print: (line: string) => void): (line: string) => void {
  if (quiet) return () => undefined;
  return log === "json" ? (line) => print(jsonMessage(new Date(), line)) : print;
}

function placeOf({ addr }: Running, { certificate }: Settings): string {
  if (addr.transport === "unix") return formatAddr(addr);
  return `${certificate === undefined ? "http" : "https"}://${formatAddr(addr)}/`;
}

function serving({ site, workers, limit }: Settings): string {
  const what = site.root ?? `the demo in ${demoPlace()}`;
  const by = workers === 1 ? "" : `, ${workers} workers`;
  return `Serving ${what} on ${runtimeName()}${by}, ${limit} connections at most; Ctrl-C stops it`;
}

async function renew(
  running: Running,
  { certificate: files }: Settings,
  say: (line: string) => void,
  complain: (line: string) => void,
): Promise<void> {
  if (files === undefined) return;
  try {
    await running.setCertificate(await read(files));
    say(`Read the certificate ${files.cert} anew`);
  } catch (error) {
    complain(`${oneLine(error)}; the one before stays`);
  }
}

async function untilStopped(
  running: Running,
  { notice }: Settings,
  { stop, timers = systemTimers }: ProgramOptions,
  say: (line: string) => void,
): Promise<Served> {
  let timer: unknown;
  const onStop = (): void => {
    const first = notice === 0 ? "" : `it serves on for ${notice / 1000} s; then `;
    say(`Stopping: ${first}running requests have ${GRACE_MS / 1000} s; a second signal ends them`);
    running.announce();
    if (notice === 0) running.stop();
    else timer = timers.set(() => running.stop(), notice);
  };
  if (stop.aborted) onStop();
  else stop.addEventListener("abort", onStop);
  const served = await running.ended;
  stop.removeEventListener("abort", onStop);
  timers.clear(timer);
  return served;
}
