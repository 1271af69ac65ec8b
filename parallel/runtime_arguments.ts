/**
 * How the runtime of a worker process is started: as the one of the caller, as far as that can be known.
 *
 * @module
 */

import { existsSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

interface DenoOfCaller {
  readonly mainModule?: string;
  readonly permissions?: { querySync(descriptor: { name: string }): { readonly state: string } };
}

const PERMISSIONS = ["read", "write", "net", "env", "run", "sys", "ffi"];

/**
 * What stands before the file to run. Deno does not tell what it was started with: there it is the
 * permissions that this process has without a bound, and its configuration.
 */
export function runtimeArguments(): readonly string[] {
  const { Deno } = globalThis as { Deno?: DenoOfCaller };
  if (Deno?.permissions === undefined) return process.execArgv;
  const { permissions, mainModule } = Deno;
  const granted = PERMISSIONS.filter((name) => permissions.querySync({ name }).state === "granted");
  const config = configurationOf(mainModule);
  return [
    "run",
    "--no-prompt",
    "--quiet",
    ...(config === undefined ? [] : [`--config=${config}`]),
    ...granted.map((name) => `--allow-${name}`),
  ];
}

/**
 * The configuration that Deno finds for the program at `main`. It would look beside the file of the
 * workers, which lies in this package, and so would not know the imports of the caller's project.
 */
export function configurationOf(main: string | undefined): string | undefined {
  if (main === undefined || !main.startsWith("file:")) return undefined;
  for (let folder = new URL(".", main);; folder = new URL("..", folder)) {
    const found = ["deno.json", "deno.jsonc"].map((name) => fileURLToPath(new URL(name, folder)))
      .find((file) => existsSync(file));
    if (found !== undefined || folder.pathname === new URL("..", folder).pathname) return found;
    // A project of Node's has none, whatever lies above it.
    if (existsSync(new URL("package.json", folder))) return undefined;
  }
}
