import { assertEquals } from "#assert";
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from "node:fs";
import { execFileSync, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { pathOf, RUN, ServerProcess } from "../main/server_process.ts";
import { Unread } from "../main/unread.ts";
import { gate, macrotask } from "../support/gates.ts";
import { runtime, test } from "../support/harness.ts";

const PROGRAM = [...RUN[runtime], pathOf("test/fixtures/blocked_output.ts")];
const LINES = 20 * 1024;

/** How many whole lines there are, and how many were dropped: that depends on how fast they are taken. */
function counted(output: string, errors: string): number {
  const whole = output.split("\n").filter((line) => line === "x".repeat(99)).length;
  const dropped = [...errors.matchAll(/ and ([0-9]+) were dropped$/gm)];
  return dropped.reduce((sum, [, count]) => sum + Number(count), whole);
}

test(`standardOutput() writes everything to a pipe that is read on ${runtime}`, async (t) => {
  const server = new ServerProcess(["20000"], PROGRAM);
  t.defer(() => server.kill("SIGKILL"));
  assertEquals(await server.ended, 7);
  assertEquals(counted(server.stdout, server.stderr), LINES);
});

test(`standardOutput() writes everything to a file on ${runtime}`, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "incoming-"));
  t.defer(() => rmSync(folder, { recursive: true, force: true }));
  const file = openSync(join(folder, "out"), "w");
  t.defer(() => closeSync(file));
  const child = spawn(process.execPath, [...PROGRAM, "20000"], {
    stdio: ["ignore", file, "pipe"],
  });
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => errors += text);
  const code = await new Promise((resolve) => child.on("close", resolve));
  const output = readFileSync(join(folder, "out"), "utf8");
  assertEquals([code, counted(output, errors)], [7, LINES]);
});

if (process.platform !== "win32") {
  test(`standardOutput() holds up neither the program nor its end when nobody reads on ${runtime}`, async (t) => {
    const program = new Unread([...PROGRAM, "50"]);
    t.defer(() => program.end());
    await program.said(/^alive\n/m);
    const [, code] = await program.said(/^exit ([0-9]+)\n/m);
    assertEquals(code, "7");
  });

  test(`standardOutput() tries again when a pipe is full that does not wait on ${runtime}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "incoming-"));
    t.defer(() => rmSync(folder, { recursive: true, force: true }));
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const file = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    t.defer(() => closeSync(file));
    const other = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    t.defer(() => closeSync(other));
    // Not as one of the first three: of those, runtimes make ones that wait.
    const command = ["-c", 'exec "$@" >&3', "sh", process.execPath, ...PROGRAM, "20000"];
    const child = spawn("sh", command, { stdio: ["ignore", "ignore", "pipe", file] });
    t.defer(() => child.kill("SIGKILL"));
    let [output, errors] = ["", ""];
    const alive = gate();
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
      if (errors.includes("alive\n")) alive.resolve();
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    // By then it was full for long.
    await alive.promise;
    const buffer = new Uint8Array(65_536);
    const read = () => {
      try {
        return readSync(other, buffer, 0, buffer.length, null);
      } catch {
        return 0;
      }
    };
    let running = true;
    void ended.finally(() => running = false);
    for (let size = read(); running || size > 0; size = read()) {
      output += new TextDecoder().decode(buffer.subarray(0, size));
      if (size === 0) await macrotask();
    }
    assertEquals([await ended, counted(output, errors)], [7, LINES]);
  });
}
