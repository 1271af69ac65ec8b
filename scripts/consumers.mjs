// npm run consumers: packs the library, installs the package in a scratch project and uses it there
// as its users do: on each supported runtime, by import and by require, entry by entry, and in tsc.

import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executables, root, run } from "./runtimes.mjs";
import { tools } from "./tools.mjs";

/** The oldest that is supported, and the line between it and the project's own. */
const OTHER_NODES = ["22.18.0", "24.21.0"];
/** What one use may take; a process that does not end by itself fails here. */
const LIMIT_MS = 20_000;

const scratch = mkdtempSync(join(tmpdir(), "incoming-consumers-"));
let failures = 0;
try {
  await install();
  await typecheck();
  for (const version of OTHER_NODES) await use(`node ${version}`, [await node(version)], "./node");
  await use("node (own)", [executables.node], "./node");
  await say("node (own)", [executables.node, "program.mjs"], "start the program");
  await use("bun", [executables.bun, "run"], "./bun", "./node");
  const granted = ["--no-prompt", "--allow-net", "--allow-read", "--allow-env"];
  const deno = [executables.deno, "run", "--node-modules-dir=manual", ...granted];
  await use("deno", deno, "./deno", "./node");
  await say("node (own)", [executables.node, "workers.mjs"], "start workers");
  await say("bun", [executables.bun, "run", "workers.mjs"], "start workers");
  await say("deno", [...deno, "--allow-run", "workers.mjs"], "start workers");
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = failures === 0 ? 0 : 1;

async function install() {
  writeFileSync(join(scratch, "package.json"), '{ "private": true, "type": "module" }\n');
  cpSync(`${root}scripts/consumers`, scratch, { recursive: true });
  await must([...tools.npm, "pack", "--pack-destination", scratch]);
  const tarball = readdirSync(scratch).find((name) => name.endsWith(".tgz"));
  const add = [...tools.npm, "install", "--no-audit", "--no-fund", `./${tarball}`];
  await must(add, { cwd: scratch });
}

async function typecheck() {
  const strict = ["--strict", "--exactOptionalPropertyTypes", "--skipLibCheck", "false"];
  for (const [module, resolution] of [["nodenext", "nodenext"], ["esnext", "bundler"]]) {
    const modules = ["--module", module, "--moduleResolution", resolution, "--target", "es2023"];
    const lib = ["--lib", "esnext,dom", "--types", "", "--noEmit"];
    await say("tsc", [...tools.tsc, ...strict, ...modules, ...lib, "types.ts"], resolution);
  }
}

/** Uses the main entry, those without a network and those of the runtime. */
async function use(name, command, ...entries) {
  const all = [".", "./memory", "./adapter", "./conformance", ...entries];
  await say(name, [...command, "import.mjs", ...all], `import ${all.join(" ")}`);
  await say(name, [...command, "require.cjs", ...all], `require ${all.join(" ")}`);
}

async function say(name, command, what) {
  const started = performance.now();
  const { code, output } = await run(command, { cwd: scratch, quiet: true, timeout: LIMIT_MS });
  const took = `${Math.round(performance.now() - started)} ms`;
  console.log(
    `${code === 0 ? "ok    " : "FAILED"} ${name.padEnd(14)} ${took.padStart(8)}  ${what}`,
  );
  if (code === 0) return;
  failures += 1;
  console.log(output);
}

/** The executable of another version of Node. */
async function node(version) {
  const exec = [...tools.npm, "exec", "--yes", `--package=node@${version}`, "--"];
  const output = await must([...exec, "node", "-p", "process.execPath"], { cwd: scratch });
  return output.trim().split("\n").at(-1);
}

async function must(command, options) {
  const { code, output } = await run(command, { quiet: true, ...options });
  if (code !== 0) throw new Error(`Cannot run ${command.join(" ")}:\n${output}`);
  return output;
}
