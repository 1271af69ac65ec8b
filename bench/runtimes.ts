/** How each of the project's runtimes, and what else is compared with, is started. */

import { execFile, spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { cpus } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const { executables } = await import(
  new URL("../scripts/runtimes.mjs", import.meta.url).href
  // It is a module without types.
) as { executables: Record<RuntimeName, string> };

/** The runtimes. */
export type RuntimeName = "node" | "deno" | "bun";

/** Their names, in the order of all tables. */
export const RUNTIMES: readonly RuntimeName[] = ["node", "deno", "bun"];

/** The command that runs a file of `bench/`, or one named by its whole path, on a runtime. */
export function commandOf(runtime: RuntimeName, file: string, ...args: string[]): string[] {
  // What is compared with comes from node_modules, where Deno does not look by itself here.
  const deno = ["run", "--no-prompt", "--no-check", "--node-modules-dir=manual", "--allow-all"];
  const path = file.startsWith("/") ? file : pathOf(`bench/${file}`);
  return [executables[runtime], ...(runtime === "deno" ? deno : []), path, ...args];
}

/** The path of a file of the project. */
export function pathOf(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}

/** Where a program of the system is; undefined when there is none. */
export function find(program: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"];
  return folders.map((folder) => join(folder, program)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Servers have the first core, and the load has the last: where there are several. */
export function pinned(side: "server" | "load", command: string[]): string[] {
  const taskset = process.platform === "linux" && cpus().length > 1 ? find("taskset") : undefined;
  if (taskset === undefined) return command;
  return [taskset, "-c", side === "server" ? "0" : String(cpus().length - 1), ...command];
}

/** The version that a program prints of itself. */
export function versionOf(command: readonly string[]): string {
  const [program = "", ...args] = command;
  const { stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  return /\d+\.\d+(\.\d+)?/.exec(`${stdout}${stderr}`)?.[0] ?? "of unknown version";
}

/** The version of a runtime. */
export function runtimeVersion(runtime: RuntimeName): string {
  return versionOf([executables[runtime], "--version"]);
}

/** What a command prints; it rejects when that fails. */
export function outputOf([program = "", ...args]: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd: pathOf(""), maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`Cannot run ${program} ${args.join(" ")}: ${stderr || error.message}`));
    });
  });
}
