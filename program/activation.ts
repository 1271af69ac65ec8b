/**
 * Sockets that systemd has bound: `sd_listen_fds(3)`.
 *
 * @module
 */

import process from "node:process";

/** What is used of `Deno.permissions`. */
interface Permissions {
  querySync(descriptor: { name: "env"; variable: string }): { readonly state: string };
}

/** The first descriptor that is passed on. */
const FIRST = 3;

/**
 * The descriptor of the socket that was passed to this process; `undefined` when there is none. Throws
 * when there are several. On Deno it looks only where it may (`--allow-env`).
 */
export function passedSocket(): number | undefined {
  if (variable("LISTEN_PID") !== String(process.pid)) return undefined;
  const count = variable("LISTEN_FDS");
  if (count === "1") return FIRST;
  throw new Error(
    `Cannot listen: one socket can be served, and LISTEN_FDS is ${count ?? "missing"}`,
  );
}

function variable(name: string): string | undefined {
  const { Deno } = globalThis as { Deno?: { permissions: Permissions } };
  const state = Deno?.permissions.querySync({ name: "env", variable: name }).state;
  return state === undefined || state === "granted" ? process.env[name] : undefined;
}
