// npm run build: makes dist/, what the npm package contains.

import { cpSync, rmSync } from "node:fs";
import { root, run } from "./runtimes.mjs";
import { tools } from "./tools.mjs";

rmSync(`${root}dist`, { recursive: true, force: true });
const { code } = await run([...tools.tsc, "-p", "tsconfig.build.json"]);
// The files that main.js serves stand beside it, as static/ stands beside main.ts.
if (code === 0) cpSync(`${root}static`, `${root}dist/static`, { recursive: true });
process.exitCode = code;
