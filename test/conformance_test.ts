/** The contract, held to every adapter that runs here. */

import { subjects } from "./conformance/subjects.ts";
import { conformanceCases } from "./conformance/suite.ts";
import { test } from "./support/harness.ts";

for (const subject of subjects()) {
  for (const { name, run, timeout } of conformanceCases) {
    test(`${subject.name}: ${name}`, () => run(subject), timeout === undefined ? {} : { timeout });
  }
}
