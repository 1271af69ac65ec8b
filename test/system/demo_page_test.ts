/**
 * The demo page, in the system's Chromium and by the keyboard alone: while slow requests run, fast ones
 * are answered, and the page shows and says so. It leaves pictures in test/artifacts/, or in the folder
 * that INCOMING_ARTIFACTS names.
 */

import { assert, assertEquals, assertMatch } from "#assert";
import { mkdirSync } from "node:fs";
import process from "node:process";
import { pathOf, ServerProcess } from "../main/server_process.ts";
import { runtime, test } from "../support/harness.ts";

/** Only Node runs what drives the browser. */
const NODE = pathOf("node_modules/node/bin/node");
const ARTIFACTS = process.env["INCOMING_ARTIFACTS"] ?? pathOf("test/artifacts");

/** What demo_page.mjs has seen of a whole run, and of one that was stopped. */
interface Seen {
  /** What Tab has come by. */
  readonly focus: string[];
  /** What is said at the beginning and at the end. */
  readonly began: string;
  readonly ended: string;
  /** Slow requests that ran when three fast ones had ended. */
  readonly meanwhile: { readonly slow: number; readonly fast: number };
  /** Slow requests that ran when the one had ended that was asked by hand. */
  readonly asked: { readonly slow: number; readonly lane: string };
  /** The text of each lane: its name, from when to when, how long. */
  readonly lanes: string[];
  readonly compared: { readonly turns: number; readonly scale: number };
  /** Pixels that are wider than the window. */
  readonly overflow: number;
  /** How often the clock was moved. */
  readonly moved: number;
  readonly figures: string[];
  /** Contrasts, the least of each kind. */
  readonly tones: { readonly text: number; readonly shapes: number; readonly dark: boolean };
  readonly stopped: { readonly said: string; readonly failed: number };
  readonly turns: { readonly from: number; readonly to: number }[];
  /** Errors, violations of the policy, requests to elsewhere. */
  readonly wrong: string[];
}

/** What it has seen of more slow requests than the browser opens connections. */
interface Crowd {
  readonly said: string;
  readonly held: number;
  readonly wrong: string[];
}

interface Plain {
  readonly heading: string;
  readonly demo: boolean;
  readonly note: boolean;
  readonly steps: number;
}

const secondsOf = (text: string): number => Number(/([0-9.]+) s$/.exec(text)?.[1] ?? NaN);

test(`the demo page shows fast requests end while slow ones run on ${runtime}`, async (t) => {
  mkdirSync(ARTIFACTS, { recursive: true });
  const server = await ServerProcess.listening(t);
  const driver = new ServerProcess(
    [`http://127.0.0.1:${server.port}`, ARTIFACTS, `demo-${runtime}`],
    [pathOf("test/system/demo_page.mjs")],
    {},
    NODE,
  );
  t.defer(() => driver.kill("SIGTERM"));
  assertEquals([await driver.ended, driver.stderr], [0, ""]);
  // It is what the driver prints, and its last line.
  const { plain, crowd, failures, ...people } = JSON.parse(
    driver.stdout.replaceAll("\u00a0", " "),
  ) as
    & Record<"desk" | "phone", Seen>
    & { plain: Plain; crowd: Crowd; failures: string[] };

  for (const [who, seen] of Object.entries(people)) {
    assertEquals(seen.wrong, [], who);
    assertEquals(seen.focus, ["start", "one", "slow", "each", "compare"], who);
    assertEquals(seen.began, "Running: 3 slow requests at once, and fast ones meanwhile.", who);
    assertEquals([seen.meanwhile.slow, seen.asked.slow], [3, 3], who);
    assert(seen.meanwhile.fast >= 3, who);

    const ended = seen.lanes.map((lane) => lane.split("\n"));
    const slow = ended.filter(([name]) => name?.startsWith("slow"));
    assertEquals(slow.map(([name]) => name), ["slow 1", "slow 2", "slow 3"], who);
    // Side by side: the last ends when the first does.
    const lengths = slow.map(([, times = ""]) => secondsOf(times));
    assert(lengths.every((length) => length >= 2.99 && length < 6), `${who}: ${lengths.join()}`);
    const fast = ended.length - slow.length;
    assert(fast >= 6, `${who}: ${fast} fast ones`);
    assertEquals(seen.figures, ["0", String(ended.length)], who);
    assertMatch(
      seen.ended,
      new RegExp(
        String
          .raw`^Done after [3-6]\.[0-9]{2} s: 3 slow requests answered, and meanwhile ${fast} ` +
          String.raw`fast requests answered, the slowest in [0-9.]+ m?s\. One at a time, ` +
          String.raw`the last answer would have come after (9|1[0-9])\.[0-9]{2} s\.$`,
      ),
    );
    assertEquals(seen.compared.turns, ended.length, who);
    assert(seen.compared.scale < 0.6, `${who}: the comparison has the same scale`);

    assertEquals(seen.overflow, 0, who);
    assert(
      seen.tones.text >= 4.5 && seen.tones.shapes >= 3,
      `${who}: ${JSON.stringify(seen.tones)}`,
    );
    assertEquals(seen.tones.dark, who === "phone");
    assertMatch(
      seen.stopped.said,
      /^Stopped after [0-9.]+ s: [0-9]+ answers? came, [0-9]+ did not\.$/,
    );
    assertEquals(seen.stopped.failed, 3, who);
    assertEquals(seen.turns, [
      { from: 100, to: 105 },
      { from: 0, to: 100 },
      { from: 500, to: 510 },
    ]);
  }
  assert(people.phone.moved < 20, "without motion, the clock moves in steps");
  assert(people.desk.moved > 20, "with motion, it is smooth");
  assertEquals([crowd.held, crowd.wrong], [2, []], "two slow ones wait in the browser");
  assertMatch(
    crowd.said,
    /8 slow requests answered.* held [0-9]+ of them back, for [0-9.]+ s at most: it opens six conn/,
  );
  assertEquals(failures, [
    "The server has answered with 404. It has /sleep only with its own pages, without --root.",
    "Cannot reach the server: is it still running?",
  ]);
  assertEquals(plain, { heading: "Hello!", demo: false, note: true, steps: 3 });
  assertEquals([await server.kill("SIGTERM"), server.stderr], [0, ""]);
}, { timeout: 60_000 });
