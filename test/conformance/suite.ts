/**
 * The cases of the contract, in its order. There is no test runner in here: whoever writes an
 * adapter runs them with the runner of their choice.
 */

import { acceptingCases } from "./accepting.ts";
import { closingCases } from "./closing.ts";
import { limitCases } from "./limits.ts";
import { listeningCases } from "./listening.ts";
import { readingCases } from "./reading.ts";
import type { Case } from "./subject.ts";
import { survivingCases } from "./surviving.ts";
import { waitingCases } from "./waiting.ts";
import { writingCases } from "./writing.ts";

/** The cases about listeners. */
export const listenerCases: readonly Case[] = [
  ...listeningCases,
  ...acceptingCases,
  ...waitingCases,
  ...limitCases,
];

/** The cases about one connection, whichever side it was made on. */
export const connectionCases: readonly Case[] = [
  ...readingCases,
  ...writingCases,
  ...closingCases,
  ...survivingCases,
];
