import { assertEquals, assertThrows } from "#assert";
import process from "node:process";
import { passedSocket } from "../../program/activation.ts";
import { test, type TestContext } from "../support/harness.ts";

/** Sets the variables until the test ends. */
function pass(t: TestContext, pid: string | undefined, count: string | undefined): void {
  for (const [name, value] of [["LISTEN_PID", pid], ["LISTEN_FDS", count]] as const) {
    const before = process.env[name];
    const set = (to: string | undefined) => {
      if (to === undefined) delete process.env[name];
      else process.env[name] = to;
    };
    set(value);
    t.defer(() => set(before));
  }
}

test("passedSocket() is the descriptor that was passed to this process alone", (t) => {
  assertEquals(passedSocket(), undefined);
  pass(t, String(process.pid), "1");
  assertEquals(passedSocket(), 3);
  for (const pid of [String(process.pid + 1), "", "x", ` ${process.pid}`, undefined]) {
    pass(t, pid, "1");
    assertEquals(passedSocket(), undefined);
  }
});

test("passedSocket() refuses several, and none", (t) => {
  for (const [count, named] of [["2", "2"], ["0", "0"], ["x", "x"], [undefined, "missing"]]) {
    pass(t, String(process.pid), count);
    const { message } = assertThrows(() => passedSocket(), Error);
    assertEquals(message, `Cannot listen: one socket can be served, and LISTEN_FDS is ${named}`);
  }
});
