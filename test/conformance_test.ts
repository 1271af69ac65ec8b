/** The contract, held to every adapter that runs here. */

import { assertEquals } from "#assert";
import { socketCases } from "./conformance/sockets/socket_cases.ts";
import { madeSubjects, socketSubjects, subjects } from "./conformance/sockets/subjects.ts";
import { connectionCases, listenerCases } from "./conformance/suite.ts";
import type { Case, Subject } from "./conformance/subject.ts";
import { test } from "./support/harness.ts";

function hold<S extends Subject>(subject: S, cases: readonly Case<S>[]): void {
  for (const { name, run, timeout, idles } of cases) {
    if (idles === true) continue;
    test(`${subject.name}: ${name}`, () => run(subject), timeout === undefined ? {} : { timeout });
  }
}

for (const subject of subjects()) hold(subject, [...listenerCases, ...connectionCases]);
for (const subject of madeSubjects()) hold(subject, connectionCases);
for (const subject of socketSubjects()) hold(subject, socketCases(subject));

// One after the other, these would take longer than all the rest.
for (const { name, run } of connectionCases.filter(({ idles }) => idles === true)) {
  test(`every adapter: ${name}`, async () => {
    const all = [...subjects(), ...madeSubjects()];
    const outcomes = await Promise.allSettled(all.map((subject) => run(subject)));
    const failed = outcomes.flatMap((outcome, at) =>
      outcome.status === "rejected" ? [`${all[at]?.name}: ${String(outcome.reason)}`] : []
    );
    assertEquals(failed, []);
  });
}
