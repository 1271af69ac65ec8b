/** Requests of other servers' authors, answered as they ask: see cases.ts. */

import { assert, assertEquals } from "#assert";
import { readFileSync } from "node:fs";
import { test } from "../support/harness.ts";
import { answersIn, statusesOf } from "./answers.ts";
import { bytesOfCase, type Case, CASES_PATH, isAsAsked, loadCases } from "./cases.ts";
import { DEVIATIONS } from "./deviations.ts";
import { type Open, SERVERS } from "./served.ts";
import { skipped } from "./skipped.ts";
import { answered, exchange } from "./wire.ts";

const CASES = loadCases();

/** The cases by the status of each of their answers: the same on every runtime. */
const ANSWERS = JSON.parse(
  readFileSync(new URL("answers.json", import.meta.url), "utf8"),
) as Record<string, string[]>;

/** Refused only because nothing more comes: without an end of file, the server has to wait. */
const UNFINISHED = [
  "llhttp/content-length:446",
  "gunicorn/invalid/rfc9112_chunked_missing_final_crlf_01",
  "gunicorn/valid/099",
];

/** What is wrong with an answer: it is neither as asked nor, with these statuses, a deviation. */
function complaint(one: Case, statuses: string, ended: boolean): string[] {
  const asked = isAsAsked(one, statuses.split(" ").filter(Boolean).map(Number), ended);
  const deviation = DEVIATIONS[one.id];
  if (deviation === undefined ? asked : !asked && deviation.statuses === statuses) return [];
  const { id, kind, n = "", after = "" } = one;
  const bytes = JSON.stringify(atob(one.req)).slice(0, 400);
  return [`${id}: ${kind} ${n}${after}, got "${statuses}", ended ${ended}: ${bytes}`];
}

/** Sends each case, and the end of file after it. */
async function judge(cases: readonly Case[], open: Open): Promise<void> {
  const wrong: string[] = [];
  const answers: Record<string, string[]> = {};
  for (const one of cases) {
    const statuses = statusesOf(answersIn(await exchange(await open(), bytesOfCase(one))));
    wrong.push(...complaint(one, statuses, true));
    (answers[statuses] ??= []).push(one.id);
  }
  assert(wrong.length === 0, `\n${wrong.join("\n")}`);
  assertEquals(answers, ANSWERS);
}

/** Sends each case, and nothing more. */
async function judgeOpen(cases: readonly Case[], open: Open): Promise<void> {
  const wrong: string[] = [];
  const waiting: string[] = [];
  for (const one of cases) {
    const { text, ended } = await answered(await open(), bytesOfCase(one));
    const statuses = statusesOf(answersIn(text));
    if (one.kind === "wait") {
      if (statuses !== "" || ended) wrong.push(`${one.id}: got "${statuses}", ended ${ended}`);
    } else if (complaint(one, statuses, ended).length > 0) waiting.push(one.id);
  }
  assertEquals(wrong, []);
  assertEquals(waiting, UNFINISHED);
}

if (CASES === undefined) {
  skipped(`serveHttp: the cases of others were not run: there is no ${CASES_PATH}`);
} else {
  const cases = CASES;
  for (const [where, start] of Object.entries(SERVERS)) {
    test(`serveHttp over ${where} answers ${cases.length} cases of others as they ask, or as the RFC does`, async (t) => {
      await judge(cases, await start(t));
    });
  }
  test("serveHttp answers the cases of others at once, and waits where there is more to come", async (t) => {
    const open = await SERVERS["memory"]?.(t);
    assert(open !== undefined);
    await judgeOpen(cases, open);
  });
  test("the deviations from the cases of others are of cases that there are", () => {
    const ids = new Set(cases.map(({ id }) => id));
    assertEquals(Object.keys(DEVIATIONS).filter((id) => !ids.has(id)), []);
  });
}
