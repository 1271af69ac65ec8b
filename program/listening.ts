/**
 * Listens where the settings say.
 *
 * @module
 */

import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { listen } from "../adapters/current.ts";
import { codeOf } from "../core/errors.ts";
import type { Listener, ListenOptions } from "../core/listener.ts";
import type { Certificate, TlsListenOptions } from "../core/tls.ts";
import { listenFailure } from "./failures.ts";
import type { Settings } from "./settings.ts";

/** How TLS is spoken: with HTTP/1.1 on it, and nothing else. */
export function tlsOptions(certificate: Certificate | undefined): TlsListenOptions | undefined {
  return certificate && { ...certificate, alpn: ["http/1.1"] };
}

/** Open files beside connections and what is served, at the least. */
const RESERVED = 16;

/**
 * How many connections may be open: `limit`, but no more than leave each a file that it may ask for.
 * `undefined` when these are enough, or nobody knows how many there may be. With several workers it
 * is the number for all of them.
 */
export function connectionsBesideFiles(limit: number, workers = 1): number | undefined {
  const left = (descriptorsLeft() ?? Infinity) - RESERVED;
  // The limit of what is handled is kept by the server: what is over it waits.
  const most = (workers === 1 ? left : leftTo(workers, left)) / 2;
  return most < limit ? Math.max(1, Math.floor(most)) : undefined;
}

/** Workers are threads on Node, which have some open themselves, and processes elsewhere. */
function leftTo(workers: number, left: number): number {
  const { Deno, Bun } = globalThis as { Deno?: unknown; Bun?: unknown };
  return Deno === undefined && Bun === undefined ? left - workers * RESERVED : left * workers;
}

/** How many more files may be open; `undefined` when that is not known. */
function descriptorsLeft(): number | undefined {
  try {
    const text = readFileSync("/proc/self/limits", "utf8");
    const most = Number(/^Max open files +([0-9]+)/m.exec(text)?.[1]);
    return most - readdirSync("/proc/self/fd").length;
  } catch {
    // Another system than Linux; or Deno, which lets nobody look there who may not do everything.
    return "Deno" in globalThis ? triedOut() : undefined;
  }
}

/** So many are tried out, which takes some 10 ms. Deno has as many as the system gives: few are rare. */
const MOST_TRIED = 256;

/** Of those that could be opened. Deno opens some itself later on, and closes a file in its own time. */
const TRUSTED_PART = 0.7;

/** How many to count on; `undefined` when there are more than are tried out. */
function triedOut(): number | undefined {
  const opened: number[] = [];
  try {
    const path = fileURLToPath(import.meta.url);
    while (opened.length < MOST_TRIED) opened.push(openSync(path, "r"));
    return undefined;
  } catch (error) {
    return codeOf(error, "") === "EMFILE" ? opened.length * TRUSTED_PART : undefined;
  } finally {
    opened.forEach((descriptor) => closeSync(descriptor));
  }
}

/** Listens; rejects with one line that says what to do, a UsageError when the place itself is wrong. */
export async function listenAt(
  { place, limit }: Pick<Settings, "place" | "limit">,
  certificate: Certificate | undefined,
): Promise<Listener> {
  try {
    const tls = tlsOptions(certificate);
    const maxConnections = connectionsBesideFiles(limit);
    const options: ListenOptions = { ...place, tls, maxConnections };
    // The only adapter there that takes a socket which somebody else has bound.
    const { listen: listenThere } = "fd" in place && "Deno" in globalThis
      ? await import("../adapters/node.ts")
      : { listen };
    return await listenThere(options);
  } catch (error) {
    throw listenFailure(error, place);
  }
}
