/**
 * Requests that the authors of other servers have gathered, and what they expect of a server that
 * answers 200 to everything. They are not part of the repository: they are read in place, beside it.
 */

import { existsSync, readFileSync } from "node:fs";

/** Where they are, from the root of the repository. */
export const CASES_PATH = "../shared/cases/http1.json";

/** One request, or several, and what is expected of the answers. */
export interface Case {
  readonly id: string;
  readonly kind: "accept" | "reject" | "wait";
  /** The bytes, in base64. */
  readonly req: string;
  /** How many requests there are to accept; default 1. */
  readonly n?: number;
  /** How many answers come before the refusal; default 0. */
  readonly after?: number;
}

/** All of them; undefined where they are not there, as beside a bare clone. */
export function loadCases(): readonly Case[] | undefined {
  const file = new URL(`../../${CASES_PATH}`, import.meta.url);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) as Case[] : undefined;
}

/** The bytes of a case. */
export function bytesOfCase({ req }: Case): Uint8Array {
  return Uint8Array.from(atob(req), (character) => character.charCodeAt(0));
}

/** What says that a request was not accepted. A refusal for another reason (405, 501) is an answer. */
const REFUSED = [400, 408, 411, 413, 414, 431, 500, 505];

/**
 * Whether the answers, by their status, are what the authors ask; after them, the server has closed
 * the connection (`ended`) or waits for more.
 */
export function isAsAsked(
  { kind, n = 1, after = 0 }: Case,
  statuses: readonly number[],
  ended: boolean,
): boolean {
  switch (kind) {
    case "accept":
      return statuses.length >= n && statuses.slice(0, n).every((one) => !REFUSED.includes(one));
    case "reject":
      return statuses.length > after ? (statuses[after] ?? 0) >= 400 : ended;
    case "wait":
      return statuses.every((status) => status >= 400);
    default:
      throw new Error(`Cannot judge the case: its kind is ${String(kind)}`);
  }
}
