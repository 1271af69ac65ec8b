// npm start -- [--runtime node|deno|bun] [flags of the server …]
// Starts mod.ts on the project's own runtime. Its exit code is the server's.

import { spawn } from "node:child_process";
import { executables, knownRuntime, root } from "./runtimes.mjs";

const flags = process.argv.slice(2);
const at = flags.findIndex((flag) => flag === "--runtime" || flag.startsWith("--runtime="));
const [flag] = at < 0 ? [] : flags.splice(at, 1);
const named = flag === "--runtime" ? flags.splice(at, 1)[0] : flag?.slice("--runtime=".length);
const runtime = flag === undefined ? "node" : knownRuntime(named);

const before = {
  node: [],
  deno: ["run", "--no-prompt", "--allow-net", "--allow-read"],
  bun: ["run"],
};

const server = spawn(executables[runtime], [...before[runtime], `${root}mod.ts`, ...flags], {
  stdio: "inherit",
});

// A terminal sends Ctrl-C to the server too; a second one would end it at once.
const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    if (signal !== "SIGINT" || !terminal) server.kill(signal);
  });
}

server.on("error", (error) => {
  console.error(`Cannot start ${runtime}: ${error.message}`);
  process.exitCode = 1;
});
server.on("exit", (code, signal) => {
  if (signal === null) {
    process.exitCode = code;
  } else {
    // Ends as the server did, so that the caller sees the same.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
});
