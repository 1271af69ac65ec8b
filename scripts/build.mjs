// npm run build [-- folder]: makes dist/, what the npm package contains, or the same in an empty folder.

import { cpSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { bundle } from "./bundle.mjs";
import { root, run } from "./runtimes.mjs";
import { tools } from "./tools.mjs";

const [, , folder] = process.argv;
const out = resolve(folder ?? `${root}dist`);
if (folder === undefined) rmSync(out, { recursive: true, force: true });
const { code } = await run([...tools.tsc, "-p", "tsconfig.build.json", "--outDir", out]);
if (code === 0) {
  await bundle(out);
  // The files that main.js serves stand beside it, as static/ stands beside main.ts.
  cpSync(`${root}static`, `${out}/static`, { recursive: true });
}
process.exitCode = code;
