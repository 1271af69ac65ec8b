import { assertEquals } from "#assert";
import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtime, test } from "./support/harness.ts";

/** Every file of test/fixtures, and what its run has to say; "passes" is the only one to pass. */
const FIXTURES: Record<string, RegExp> = {
  "pass.ts": /passes/,
  "throw.ts": /thrown by the body/,
  "throw_late.ts": /thrown late/,
  "throw_after.ts": /thrown after the end|left 1 Timeout/,
  "throw_at_top.ts": /thrown at the top/,
  "throw_in_cleanup.ts": /thrown by a clean-up/,
  "reject_unhandled.ts": /nobody awaits this/,
  "hang.ts": /Cannot wait for the test: over 50 ms/,
  "hang_in_cleanup.ts": /Cannot wait for the clean-up: over 50 ms/,
  "leak_listener.ts": /left 1 (TCPServerWrap|Listener)|listener.* was (created|opened)/,
  "leak_socket.ts": /left 1 TCPSocket|left \d+ TCPSocket/,
  "leak_timer.ts": /left 1 Timeout|timer was started/,
};

test(`a test that fails in any way fails the run on ${runtime}`, async () => {
  const names = Object.keys(FIXTURES);
  const outcomes = await Promise.all(names.map(outcome));
  const expected = names.map((name) => (name === "pass.ts" ? "passed" : "failed"));
  assertEquals(zip(names, outcomes), zip(names, expected));
}, { timeout: 60_000 });

/** Runs one fixture by the project's own test command. */
async function outcome(fixture: string): Promise<string> {
  const [code, output] = await testCommand("--runtime", runtime, `test/fixtures/${fixture}`);
  const said = FIXTURES[fixture]?.test(output);
  return said
    ? (code === 0 ? "passed" : "failed")
    : `exit code ${String(code)} and said:\n${output}`;
}

function testCommand(...args: string[]): Promise<[code: unknown, output: string]> {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const node = `${root}node_modules/node/bin/node${process.platform === "win32" ? ".exe" : ""}`;
  return new Promise((resolve) => {
    execFile(
      node,
      [`${root}scripts/test.mjs`, "--assert", "local", ...args],
      (error, ...output) => {
        resolve([error?.code ?? 0, output.join("\n")]);
      },
    );
  });
}

function zip(keys: string[], values: string[]): Record<string, string | undefined> {
  return Object.fromEntries(keys.map((key, i) => [key, values[i]]));
}
