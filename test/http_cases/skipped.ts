/** A test that was not run, and is reported as such. */

import { test as nodeTest } from "node:test";

interface DenoTest {
  test: { ignore(name: string, run: () => void): void };
}

/** Declares it: the runner counts it as ignored (Deno) or skipped, never as passed. */
export function skipped(name: string): void {
  const run = () => undefined;
  if ("Deno" in globalThis) {
    (globalThis as unknown as { Deno: DenoTest }).Deno.test.ignore(name, run);
  } else void nodeTest(name, { skip: true }, run);
}
