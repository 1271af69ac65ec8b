// The real runtimes that the devDependencies bring, whatever Node the machine has.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const exe = process.platform === "win32" ? ".exe" : "";

/** The project's folder. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** The executable of each runtime. The npm package of Bun calls it bun.exe on every system. */
export const executables = {
  node: `${root}node_modules/node/bin/node${exe}`,
  deno: `${root}node_modules/deno/deno${exe}`,
  bun: `${root}node_modules/bun/bin/bun.exe`,
};

/** Ends the process with one line on stderr. */
export function refuse(message) {
  console.error(message);
  process.exit(2);
}

/** `runtime`, or the end of the process when there is none of that name. */
export function knownRuntime(runtime) {
  if (Object.hasOwn(executables, runtime)) return runtime;
  const names = Object.keys(executables).join(", ");
  return refuse(`Cannot use the runtime "${runtime ?? ""}": it is none of ${names}`);
}

/**
 * Runs a command to its end and gives `{ code, output }`; with `quiet`, the output is kept back, with
 * `copied` it is printed as well. Without either it goes where ours goes, and is not known.
 */
export function run([command, ...args], { quiet = false, copied = false, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const stream = quiet || copied ? "pipe" : "inherit";
    const child = spawn(command, args, {
      cwd: root,
      stdio: ["ignore", stream, stream],
      ...options,
    });
    let output = "";
    for (const name of ["stdout", "stderr"]) {
      child[name]?.setEncoding("utf8").on("data", (text) => {
        output += text;
        if (copied) process[name].write(text);
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
