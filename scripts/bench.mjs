// npm run bench [-- QUESTION …] [--runtime node|deno|bun] [--quick|--tiny] [--json FILE|-]
// Runs bench/main.ts, which says what else there is, on the project's own Node.

import { executables, root, run } from "./runtimes.mjs";

const { code } = await run([executables.node, `${root}bench/main.ts`, ...process.argv.slice(2)]);
process.exitCode = code;
