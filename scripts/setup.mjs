// Before `npm start` and `npm test`: installs the project's runtimes and tools when they are
// missing or older than the lock. Says nothing when there is nothing to do.

import { existsSync, statSync } from "node:fs";
import { root, run } from "./runtimes.mjs";
import { tools } from "./tools.mjs";

const lock = `${root}package-lock.json`;
const installed = `${root}node_modules/.package-lock.json`;

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
  console.error("Installing the runtimes and tools of package-lock.json (npm ci) …");
  const { code } = await run([...tools.npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  process.exitCode = code;
}
