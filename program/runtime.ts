/**
 * What runs the program, and what that allows.
 *
 * @module
 */

import process from "node:process";
import type { Arguments } from "./flags.ts";

/** What is used of Deno. */
interface DenoRuntime {
  readonly version: { readonly deno: string };
  readonly permissions: { querySync(descriptor: { name: string }): { readonly state: string } };
}

/** The runtime and its version: `Node 26.10.0`. */
export function runtimeName(): string {
  const { Deno, Bun } = globalThis as { Deno?: DenoRuntime; Bun?: { version: string } };
  if (Deno !== undefined) return `Deno ${Deno.version.deno}`;
  return Bun === undefined ? `Node ${process.versions.node}` : `Bun ${Bun.version}`;
}

/** Deno says which permission is missing one at a time: this names all that these arguments need. */
export function missingPermissions(args: Arguments): string {
  const needed = ["net", "read"];
  // A socket file is made, and its permissions are set.
  if (args.unix !== undefined) needed.push("write");
  if (args.workers !== undefined && args.workers > 1) needed.push("env", "run");
  const { Deno } = globalThis as { Deno?: DenoRuntime };
  const missing = needed.filter((name) =>
    Deno?.permissions.querySync({ name }).state !== "granted"
  );
  // One that is given for other files or addresses counts as granted to nobody.
  const named = (missing.length > 0 ? missing : needed).map((name) => `--allow-${name}`);
  return `Cannot start: Deno needs ${named.join(" ")} for it`;
}
