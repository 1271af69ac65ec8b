// npm test [-- [--runtime node|deno|bun] [--assert jsr|local] [part of a file's path …]]
// npm run test:system is the same with --ring system: see test_system.mjs.
// Runs the same test files on the real Deno, Bun and Node, each to its end. Deno and Bun run side by
// side, two processes each, as most tests wait; Node comes last: its runner's summary closes the
// output, but for the table. What fails when all files are run, on a machine that this keeps busy, is
// run once more, one runtime at a time; if it passes then, the table still names it.

import { readdirSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { executables, knownRuntime, refuse, root, run } from "./runtimes.mjs";

/** What a runtime may take: a test that never yields is out of reach of its own limit. */
const LIMIT_MS = 10 * 60_000;

const { runtimes, ring, assertions, files, whole } = readArguments();
const others = runtimes.filter((runtime) => runtime !== "node");
// The second ring measures what a machine does that is busy with nothing else.
const together = ring === "npm" && others.length > 1 && availableParallelism() > 1;
if (together) console.log(`${others.join(" and ")} run side by side; what they print follows`);
const rows = together ? await Promise.all(others.map((runtime) => test(runtime, true))) : [];
for (const row of whole ? rows : []) await again(row);
for (const runtime of together ? runtimes.slice(others.length) : runtimes) {
  rows.push(await test(runtime, false));
  if (whole) await again(rows.at(-1));
}

/** Runs all files on one runtime; with `quiet`, it prints what that has printed at its end. */
async function test(runtime, quiet) {
  const version = await versionOf(runtime);
  const used = runtime === "deno" && await jsr() ? "jsr:@std/assert@1" : "local module";
  const about = `${runtime} ${version}`.padEnd(14) + `assertions: ${used}`;
  if (!quiet) console.log(`\n── ${about} ──`);

  const started = performance.now();
  const options = { env: environment(), timeout: LIMIT_MS, quiet, copied: !quiet };
  const results = [];
  const parts = quiet ? partsOf(files) : [files];
  const lane = async () => {
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      results.push({ part, ...await run(command(runtime, used, part), options) });
    }
  };
  await Promise.all([lane(), lane()]);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  for (const { output } of quiet ? results : []) console.log(`\n── ${about} ──\n${output}`);
  const failed = results.filter(({ code }) => code !== 0);
  const told = failed.flatMap(({ output }) => failures(output));
  const commands = failed.map(({ part }) => command(runtime, used, part));
  return { about, seconds, told, passed: failed.length === 0, commands };
}

/** Runs once more the files among which something has failed, with no other runtime beside them. */
async function again(row) {
  if (row.passed) return;
  console.log(`\n── ${row.about}: once more, alone, what has failed ──`);
  const codes = [];
  for (const line of row.commands) {
    codes.push((await run(line, { env: environment(), timeout: LIMIT_MS })).code);
  }
  row.passed = codes.every((code) => code === 0);
}

/** What has failed, as the three runners name it, and the error where it follows the name. */
function failures(output) {
  const lines = stripVTControlCharacters(output).split("\n").map((line) => line.trim());
  const name = /^\(fail\) |^✖ (?!failing tests)| => \.\/test\/|^\.\/test\/.*\(uncaught error\)$/;
  const error = (line = "") => /^(error: )?\w*Error\b/.test(line) ? `\n          ${line}` : "";
  const told = lines.flatMap((line, index) =>
    name.test(line) ? [line + error(lines[index + 1])] : []
  );
  // The runners list them twice, once with the error.
  return told.filter((line) => !told.some((other) => other !== line && other.startsWith(line)))
    .filter((line, index, all) => all.indexOf(line) === index);
}

/** Neighbours take about as long as each other; small parts let two lanes end at the same time. */
function partsOf(list) {
  const count = Math.min(8, list.length);
  return Array.from({ length: count }, (_, part) => list.filter((_, at) => at % count === part));
}

console.log("");
for (const { about, passed, seconds, told, commands } of rows) {
  console.log(`${passed ? "passed" : "FAILED"}  ${about.padEnd(45)} ${seconds.padStart(6)} s`);
  if (passed && commands.length > 0) console.log("        but failed at first, on a busy machine:");
  for (const line of told) console.log(`        ${line}`);
}
process.exitCode = rows.every(({ passed }) => passed) ? 0 : 1;

function command(runtime, used, files) {
  const executable = executables[runtime];
  // What is left open fails its test (see harness.ts); it must not hang Node's run as well.
  if (runtime === "node") {
    const flags = ["--test", "--test-force-exit"];
    if (ring === "npm") flags.push(`--test-concurrency=${availableParallelism() + 1}`);
    return [executable, ...flags, ...files];
  }
  if (runtime === "bun") return [executable, "test", ...files.map((file) => `./${file}`)];
  const granted = ["net", "read", "write", "env", "run", "sys"].map((name) => `--allow-${name}`);
  const local = used === "local module" ? ["--import-map=test/support/assert_local_map.json"] : [];
  // Packages come from node_modules, as on the others; deno.json keeps it out of sight otherwise.
  const flags = ["--no-prompt", "--no-check", "--node-modules-dir=manual", ...granted, ...local];
  return [executable, "test", ...flags, ...files];
}

/** Whether the standard library's assertions are in reach, or in Deno's cache. */
async function jsr() {
  if (assertions !== undefined) return assertions === "jsr";
  const load = [executables.deno, "cache", "--quiet", "test/support/assert_jsr.ts"];
  const { code } = await run(load, { quiet: true, timeout: 3_000 });
  return code === 0;
}

async function versionOf(runtime) {
  const { output } = await run([executables[runtime], "--version"], { quiet: true });
  return /\d+\.\d+\.\d+/.exec(output)?.[0] ?? "of unknown version";
}

/**
 * Without what Node's runner tells its own children: tests of the harness start this script. Node
 * keeps what it has compiled: each file has a process of its own, which loads the same sources.
 */
function environment() {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return { NODE_COMPILE_CACHE: `${root}node_modules/.cache/node`, ...env };
}

function readArguments() {
  const { values, positionals } = parse();
  const given = values.runtime?.flatMap((list) => list.split(",")).map(knownRuntime);
  const { assert } = values;
  if (assert !== undefined && assert !== "jsr" && assert !== "local") {
    refuse(`Cannot use the assertions "${assert}": it is neither jsr nor local`);
  }
  return {
    runtimes: ["deno", "bun", "node"].filter((name) => given?.includes(name) ?? true),
    ring: values.ring ?? "npm",
    assertions: assert,
    whole: positionals.length === 0,
    files: testFiles(values.ring, positionals.map((part) => part.replaceAll("\\", "/"))),
  };
}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        runtime: { type: "string", multiple: true },
        assert: { type: "string" },
        ring: { type: "string" },
      },
    });
  } catch (error) {
    return refuse(`Cannot read the arguments: ${error.message}`);
  }
}

/** The test files of a ring whose path contains one of `parts`, and any file that is named in full. */
function testFiles(ring = "npm", parts) {
  if (ring !== "npm" && ring !== "system") {
    refuse(`Cannot run the ring "${ring}": it is neither npm nor system`);
  }
  const all = readdirSync(`${root}test`, { recursive: true })
    .map((name) => `test/${name.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith("_test.ts"))
    .filter((path) => path.startsWith("test/system/") === (ring === "system"));
  const named = parts.filter((part) => statSync(root + part, { throwIfNoEntry: false })?.isFile());
  const rest = parts.filter((part) => !named.includes(part));
  const found = all.filter((path) =>
    parts.length === 0 || rest.some((part) => path.includes(part))
  );
  const files = [...new Set([...named.map((part) => part.replace(/^\.\//, "")), ...found])].sort();
  return files.length > 0 ? files : refuse(`Cannot find a test file for: ${parts.join(" ")}`);
}
