// Starts the package's program, alone and with workers, and asks it for its page.

import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("node_modules/@incoming/net/dist/main.js", import.meta.url));

for (const flags of [[], ["--workers", "2"]]) {
  const program = spawn(process.execPath, [MAIN, "--port", "0", ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const line = await new Promise((resolve, reject) => {
      program.stdout.once("data", (bytes) => resolve(String(bytes)));
      program.once("exit", (code) => reject(new Error(`Cannot start: it ended with ${code}`)));
    });
    const { status } = await fetch(/http:\S+/.exec(line)[0]);
    if (status !== 200) throw new Error(`Cannot get the page: ${status}`);
  } finally {
    program.kill();
  }
  console.log(["program", ...flags].join(" "));
}
