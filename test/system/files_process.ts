/** A folder that is served by a process of its own, and tools that look at it. */

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import type { ServeFilesOptions } from "../../files/serve_files.ts";
import { pathOf, RUN, ServerProcess } from "../main/server_process.ts";
import { runtime, type TestContext } from "../support/harness.ts";

/** A folder, and the server of it. */
export interface ServedFolder {
  /** The folder that is served. */
  readonly root: string;
  /** A folder for what clients write. */
  readonly target: string;
  readonly base: string;
  readonly server: ServerProcess;
  /** Ends the server in order; it must have said nothing on its standard error. */
  ended(): Promise<void>;
}

/** Serves a new folder, with so many descriptors. `fill` writes it before. */
export async function serveFolder(
  t: TestContext,
  fill: (root: string) => void,
  options: ServeFilesOptions = {},
  descriptors?: number,
): Promise<ServedFolder> {
  const [root, target] = [emptyFolder(t), emptyFolder(t)];
  fill(root);
  const program = [pathOf("test/system/files_server.ts"), root, JSON.stringify(options)];
  const run = [...RUN[runtime], ...program];
  const server = descriptors === undefined ? new ServerProcess([], run) : new ServerProcess(
    [],
    ["-c", `ulimit -n ${descriptors}; exec "$@"`, "sh", process.execPath, ...run],
    {},
    "sh",
  );
  t.defer(() => server.kill("SIGKILL"));
  const [, port = ""] = await server.said(/^port ([0-9]+)\n/);
  return {
    root,
    target,
    base: `http://127.0.0.1:${port}`,
    server,
    ended: async () => {
      const code = await server.kill("SIGTERM");
      if (code === 0 && server.stderr === "") return;
      throw new Error(`it has ended with ${code}: ${server.stderr}`);
    },
  };
}

function emptyFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "incoming-site-"));
  t.defer(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What a tool prints; rejects with its exit code as `code`. */
export async function run(tool: string, ...args: string[]): Promise<string> {
  const settings = { timeout: 60_000, encoding: "latin1", maxBuffer: 1 << 27 } as const;
  return (await promisify(execFile)(tool, args, settings)).stdout;
}

/** The output of curl; `null` for an exit code other than 0. */
export function curl(...args: string[]): Promise<string> {
  return run("curl", "--silent", "--show-error", "--max-time", "30", ...args);
}
