// npm start -- [--runtime node|deno|bun] [flags of the server …]
// Starts mod.ts on the project's own runtime. Its exit code is the server's.

import { spawn } from "node:child_process";
import { executables, knownRuntime, root } from "./runtimes.mjs";

const flags = process.argv.slice(2);
const at = flags.findIndex((flag) => flag === "--runtime" || flag.startsWith("--runtime="));
const [flag] = at < 0 ? [] : flags.splice(at, 1);
const named = flag === "--runtime" ? flags.splice(at, 1)[0] : flag?.slice("--runtime=".length);
const runtime = flag === undefined ? "node" : knownRuntime(named);

// A socket is a file there, and workers are processes.
const granted = [
  "net",
  "read",
  ...(flags.some((flag) => /^--unix/.test(flag)) ? ["write"] : []),
  ...(flags.some((flag) => /^--workers/.test(flag)) ? ["env", "run"] : []),
];
const before = {
  node: [],
  deno: ["run", "--no-prompt", ...granted.map((name) => `--allow-${name}`)],
  bun: ["run"],
};

const server = spawn(executables[runtime], [...before[runtime], `${root}mod.ts`, ...flags], {
  stdio: "inherit",
  // Node keeps what it has translated, and starts in a third of the time then; it goes on without where it cannot.
  env: { NODE_COMPILE_CACHE: `${root}node_modules/.cache/node`, ...process.env },
});

// The server ends at once when it is told twice. What goes to the whole process group reaches it
// directly: Ctrl-C in a terminal, and what ends the shell that npm has started this script in.
const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
const parent = process.ppid;
let pending;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    clearInterval(watch);
    pending ??= setTimeout(() => {
      pending = undefined;
      const toAll = process.ppid !== parent || (terminal && signal !== "SIGTERM");
      if (!toAll) server.kill(signal);
    }, 100);
  });
}

// What goes to npm alone ends the shell, too, and nobody passes it on.
const watch = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(watch);
  server.kill("SIGTERM");
}, 200);

server.on("error", (error) => {
  clearInterval(watch);
  console.error(`Cannot start ${runtime}: ${error.message}`);
  process.exitCode = 1;
});
server.on("exit", (code, signal) => {
  clearInterval(watch);
  clearTimeout(pending);
  if (signal === null) {
    process.exitCode = code;
  } else {
    // Ends as the server did, so that the caller sees the same.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
});
