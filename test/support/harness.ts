/**
 * One `test()` for three runners: `Deno.test` on Deno, `node:test` on Node and Bun.
 *
 * It is not plain `node:test` everywhere, because on Deno an uncaught error passes there with exit
 * code 0 and the leak sanitizers do not apply. Each test has a time limit of its own and clean-ups
 * that always run, and fails when it leaves something open: an error that comes after the end
 * would otherwise be nobody's. test/harness_test.ts shows that each kind of failure fails.
 */

import { test as nodeTest } from "node:test";
import { leftOpen, openResourcesReader } from "./open_resources.ts";

/** The runtime that runs this file. */
export const runtime: "node" | "deno" | "bun" = "Deno" in globalThis
  ? "deno"
  : "Bun" in globalThis
  ? "bun"
  : "node";

/** What a test gets. */
export interface TestContext {
  /** Runs `cleanup` when the test ends, however it ends; the last one deferred runs first. */
  defer(cleanup: () => unknown): void;
  /** Aborts when the test ends or its time is over, before the clean-ups run. */
  readonly signal: AbortSignal;
}

/** How a test may differ from the others. */
export interface TestOptions {
  /** How long the body may take, and then each clean-up, in milliseconds. Default: 30,000. */
  timeout?: number;
}

type Body = (t: TestContext) => void | Promise<void>;

/** How long what a test closed may take to be gone. */
const SETTLE_MS = 2_000;

/** Declares a test. An error in the body or in any clean-up, or something left open, fails it. */
export function test(name: string, body: Body, options: TestOptions = {}): void {
  const run = () => runTest(body, options.timeout ?? 30_000);
  if (runtime === "deno") {
    (globalThis as unknown as { Deno: DenoTest }).Deno.test(name, run);
  } else {
    // The limit above is the one that counts; the runner's own (Bun: 5 s) must not come first.
    void nodeTest(name, { timeout: 2 ** 31 - 1 }, run);
  }
}

interface DenoTest {
  test(name: string, run: () => Promise<void>): void;
}

async function runTest(body: Body, ms: number): Promise<void> {
  const openResources = await openResourcesReader();
  const before = openResources();
  const ended = new AbortController();
  const cleanups: (() => unknown)[] = [];
  const errors: unknown[] = [];
  const attempt = async (what: string, run: () => unknown) => {
    try {
      await within(ms, what, run);
    } catch (error) {
      errors.push(error);
    }
  };
  const t: TestContext = { signal: ended.signal, defer: (cleanup) => void cleanups.push(cleanup) };

  await attempt("test", () => body(t));
  ended.abort();
  for (let last = cleanups.pop(); last; last = cleanups.pop()) await attempt("clean-up", last);

  const left = await settled(() => leftOpen(before, openResources()));
  // What a failed test leaves open says nothing new.
  if (left && errors.length === 0) errors.push(new Error(`Cannot end the test: it left ${left}`));
  if (errors.length > 1) throw new AggregateError(errors, errors.map(String).join("; "));
  if (errors.length === 1) throw errors[0];
}

/** What `run` returns, or an error after `ms`. The timer does not outlive the call. */
async function within(ms: number, what: string, run: () => unknown): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Cannot wait for the ${what}: over ${ms} ms`)), ms);
  });
  try {
    await Promise.race([run(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits a turn of the event loop at least, and until nothing is left or `SETTLE_MS` are over. */
async function settled(left: () => string): Promise<string> {
  for (let ms = 0, waited = 0;; ms = ms * 2 || 1) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    waited += ms;
    const now = left();
    if (now === "" || waited >= SETTLE_MS) return now;
  }
}
