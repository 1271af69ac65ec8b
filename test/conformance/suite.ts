/**
 * The contract as functions of an adapter. There is no test runner in here: whoever writes an
 * adapter runs the cases with the runner of their choice.
 */

import { acceptingCases } from "./accepting.ts";
import { closingCases } from "./closing.ts";
import { listeningCases } from "./listening.ts";
import { readingCases } from "./reading.ts";
import type { Case } from "./subject.ts";
import { writingCases } from "./writing.ts";

/** Every case, in the order of the contract. */
export const conformanceCases: readonly Case[] = [
  ...listeningCases,
  ...acceptingCases,
  ...readingCases,
  ...writingCases,
  ...closingCases,
];
