/**
 * The standard output and error output, written to without holding up the event loop.
 *
 * @module
 */

import { constants, fstatSync, openSync, write } from "node:fs";
import process from "node:process";
import { isatty } from "node:tty";
import { codeOf } from "../core/errors.ts";
import type { WriteSome } from "./output.ts";

/** What is used of `Deno.stdout` and `Deno.stderr`. */
interface DenoOutput {
  write(bytes: Uint8Array): Promise<number>;
}

/**
 * What writes to the standard output (1) or error output (2).
 *
 * Each runtime has one way that holds up neither the event loop, when nobody reads, nor the end of the
 * process: on Deno that is its own; on Bun the thread pool of `node:fs`; on Node, whose end waits
 * for that pool, `process.stdout` for pipes, as its writes wait in the event loop, and for terminals
 * a descriptor that never waits.
 */
export function standardOutput(fd: 1 | 2): WriteSome {
  const { Deno, Bun } = globalThis as {
    Deno?: { stdout: DenoOutput; stderr: DenoOutput };
    Bun?: unknown;
  };
  if (Deno !== undefined) {
    const output = fd === 1 ? Deno.stdout : Deno.stderr;
    return (bytes) => output.write(bytes).catch(nothingTaken);
  }
  if (Bun === undefined && isPipe(fd)) return throughStream(fd);
  const descriptor = Bun === undefined && isatty(fd) ? unblocked(fd) : fd;
  return (bytes) => throughFile(descriptor, bytes);
}

function isPipe(fd: number): boolean {
  try {
    const about = fstatSync(fd);
    return about.isFIFO() || about.isSocket();
  } catch {
    // It was closed by whoever started this.
    return false;
  }
}

/** The same terminal, opened anew: what is set on the own descriptor would be set for the shell, too. */
function unblocked(fd: number): number {
  try {
    return openSync(
      `/dev/fd/${fd}`,
      constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK,
    );
  } catch {
    return fd;
  }
}

function throughStream(fd: 1 | 2): WriteSome {
  const stream = fd === 1 ? process.stdout : process.stderr;
  // What it tells is told to the callback, too.
  stream.on("error", () => undefined);
  return (bytes) =>
    new Promise((resolve, reject) => {
      stream.write(bytes, (error) => error ? reject(error) : resolve(bytes.length));
    });
}

function throughFile(fd: number, bytes: Uint8Array): Promise<number> {
  return new Promise<number>((resolve, reject) => {
    write(fd, bytes, 0, bytes.length, null, (error, written) => {
      if (error) reject(error);
      else resolve(written);
    });
  }).catch(nothingTaken);
}

/** Somebody has made it one that does not wait, and it is full. Other errors are thrown. */
function nothingTaken(error: unknown): number {
  if (codeOf(error, "") === "EAGAIN") return 0;
  throw error;
}
