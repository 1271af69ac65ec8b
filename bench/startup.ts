/** How long it takes from the start of a process to the first connection that it has answered. */

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Answer, compared } from "./answers.ts";
import { turns } from "./arithmetic.ts";
import { commandOf, outputOf, pathOf, pinned, type RuntimeName } from "./runtimes.ts";

const REQUEST = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";

/** A program: its name, the file in `startup/`, and its arguments, the first of which is what it imports. */
type Program = readonly [name: string, file: string, ...args: string[]];

/** Compares programs, the first of which is the baseline. What is imported is what npm has, where nothing else is said. */
export async function startup(runtime: RuntimeName, rounds: number): Promise<Answer[]> {
  const dist = await (distribution ??= built());
  const warmUp = Math.min(2, rounds - 1);
  const groups: readonly (readonly [group: string, programs: readonly Program[]])[] = [
    ["a listener", [
      ["a bare listener", `bare_${runtime}.mjs`],
      ["the adapter alone", "listen.mjs", `${dist}/adapters/${runtime}.js`],
      ["the whole library", "listen.mjs", `${dist}/mod.js`],
      ["the sources, as a clone has them", "listen.mjs", pathOf("mod.ts")],
    ]],
    ["an HTTP server", [
      ["the runtime's own", `native_${runtime}.mjs`],
      ["serveHttp", "serve_http.mjs", dist],
      ["serveHttp, globals left alone", "serve_http.mjs", dist, "alone"],
    ]],
  ];
  const answers: Answer[] = [];
  for (const [group, programs] of groups) {
    const taken = programs.map((): number[] => []);
    for (let round = -warmUp; round < rounds; round++) {
      for (const index of turns(programs.length, round + warmUp)) {
        const [, file = "", ...args] = programs[index] ?? [];
        const command = commandOf(runtime, `startup/${file}`, ...args);
        const ms = await timeOf(pinned("server", command));
        if (round >= 0) taken[index]?.push(ms);
      }
    }
    const rows = programs.map(([name], index) =>
      compared(name, taken[index] ?? [], taken[0] ?? [])
    );
    const goal = { row: "the whole library", of: "ratio", most: 1.15 } as const;
    const unit = "ms from the start of the process to its first answer";
    answers.push({ question: "startup", runtime, group, unit, rows, goal });
  }
  return answers;
}

/** The package as it is published, built once. */
let distribution: Promise<string> | undefined;

async function built(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "incoming-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const dist = join(folder, "dist");
  await outputOf([process.execPath, pathOf("scripts/build.mjs"), dist]);
  // Says that they are modules.
  symlinkSync(pathOf("package.json"), join(folder, "package.json"));
  return dist;
}

/** Milliseconds until the program that `command` starts has answered; it is ended then. */
async function timeOf([program = "", ...args]: readonly string[]): Promise<number> {
  const started = performance.now();
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    return await new Promise((resolve, reject) => {
      child.stdout.once("data", (line: Uint8Array) => {
        const socket = connect(Number(String(line)), "127.0.0.1", () => socket.write(REQUEST));
        socket.once("data", () => {
          socket.destroy();
          resolve(performance.now() - started);
        });
        // What comes after the answer is no concern.
        socket.on("error", reject);
      });
      child.on("error", reject);
      child.on("exit", () => reject(new Error(`Cannot measure: ${args.join(" ")} has ended`)));
    });
  } finally {
    const ended = new Promise((resolve) => child.on("close", resolve));
    child.kill("SIGKILL");
    await ended;
  }
}
