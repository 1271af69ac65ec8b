// npm run check [-- step …]: all that is checked besides the tests; without a step, every one.
// Says of each step how long it took, and what it printed when it failed.

import { readFileSync } from "node:fs";
import { refuse, root, run } from "./runtimes.mjs";
import { tools } from "./tools.mjs";

const { node, deno, tsc, oxlint, publint, attw } = tools;
const entries = Object.values(JSON.parse(readFileSync(`${root}deno.json`, "utf8")).exports);
// JSR may be out of reach, and what the examples say does not depend on it.
const local = "--import-map=test/support/assert_local_map.json";
const sources = [
  ...["mod.ts", "main.ts", "core", "http", "adapters", "parallel", "files", "program"],
  "README.md",
];

const STEPS = {
  fmt: [[...deno, "fmt", "--check", "--quiet"]],
  lint: [[...deno, "lint", "--quiet"], [...oxlint, "--type-aware"]],
  types: [
    [...tsc, "-p", "."],
    [...tsc, "-p", "core"],
    [...tsc, "-p", "test/types"],
    [...deno, "check", "--quiet", local, "."],
  ],
  docs: [[...deno, "doc", "--lint", ...entries]],
  examples: [
    [...deno, "test", "--doc", "--no-prompt", "--allow-net", "--allow-read", local, ...sources],
  ],
  // Only that it works; its figures need a quiet machine.
  bench: [[...node, "scripts/bench.mjs", "--tiny"]],
  architecture: [[...node, "scripts/test.mjs", "--runtime", "node", "architecture"]],
  jsr: [[...deno, "publish", "--dry-run", "--allow-dirty"]],
  package: [
    [...node, "scripts/build.mjs"],
    [...publint, "--strict"],
    [...attw, "--pack", ".", "--profile", "esm-only"],
  ],
  consumers: [[...node, "scripts/consumers.mjs"]],
};

const asked = process.argv.slice(2);
for (const step of asked) {
  if (!Object.hasOwn(STEPS, step)) {
    refuse(`Cannot check "${step}": it is none of ${Object.keys(STEPS).join(", ")}`);
  }
}

const failed = [];
for (const [step, commands] of Object.entries(STEPS)) {
  if (asked.length > 0 && !asked.includes(step)) continue;
  const started = performance.now();
  const outputs = [];
  for (const command of commands) {
    const { code, output } = await run(command, { quiet: true });
    if (code !== 0) outputs.push(output.trimEnd());
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${outputs.length === 0 ? "ok    " : "FAILED"} ${step.padEnd(14)} ${seconds} s`);
  for (const output of outputs) console.log(output);
  if (outputs.length > 0) failed.push(step);
}
if (failed.length > 0) console.log(`\nFailed: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;
