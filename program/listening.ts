/**
 * Listens where the settings say.
 *
 * @module
 */

import { readdirSync, readFileSync } from "node:fs";
import { listen } from "../adapters/current.ts";
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
 * `undefined` where the limit of open files is not known: on Deno, which lets nobody look without more
 * permissions.
 */
export function connectionsBesideFiles(limit: number): number | undefined {
  if ("Deno" in globalThis) return undefined;
  try {
    const text = readFileSync("/proc/self/limits", "utf8");
    const most = Number(/^Max open files +([0-9]+)/m.exec(text)?.[1]);
    const left = most - readdirSync("/proc/self/fd").length - RESERVED;
    // The limit of what is handled is kept by the server: what is over it waits.
    return left / 2 < limit ? Math.max(1, Math.floor(left / 2)) : undefined;
  } catch {
    // Another system than Linux.
    return undefined;
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
