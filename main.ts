#!/usr/bin/env node
/**
 * The server program as a process: its arguments, outputs, signals and exit code. `program/` is the rest.
 *
 * @module
 */

import process from "node:process";
import { isatty } from "node:tty";
import { FLUSH_MS, Output } from "./program/output.ts";
import { program } from "./program/program.ts";
import { standardOutput } from "./program/standard_output.ts";

/** The version of this package; a test holds it to that of package.json and deno.json. */
export const VERSION = "0.1.0";

/** Runs the program with the arguments and signals of the process, and ends the process with its exit code. */
export async function main(): Promise<void> {
  const errors = new Output(standardOutput(2), () => undefined);
  const output = new Output(standardOutput(1), errors.line);
  const stop = new AbortController();
  const onSignal = (number: number) => () => {
    if (stop.signal.aborted) process.exit(128 + number);
    stop.abort();
  };
  process.on("SIGINT", onSignal(2)).on("SIGTERM", onSignal(15));
  const code = await program({
    args: process.argv.slice(2),
    version: VERSION,
    stop: stop.signal,
    print: output.line,
    complain: errors.line,
    terminal: isatty(1),
    onRenewal: (renew) => {
      process.on("SIGHUP", renew);
      return () => process.off("SIGHUP", renew);
    },
  });
  await Promise.all([output.flush(FLUSH_MS), errors.flush(FLUSH_MS)]);
  // An output that stands still is not to hold up the end.
  process.exit(code);
}

// Started as a program, as `npx @incoming/net` does; mod.ts says why the name counts.
if ((import.meta as { main?: boolean }).main === true && /\/main\.[jt]s$/.test(import.meta.url)) {
  void main();
}
