/**
 * The answers that are not the handler's.
 *
 * @module
 */

import type { Answer } from "./answer.ts";
import { REASON_PHRASES, type Refusal } from "./refusal.ts";

/** An answer that has a text. */
export interface TextAnswer extends Answer {
  readonly body: string;
}

const LINES = "Content-Type: text/plain;charset=UTF-8\r\n";

/** What the client is told of a handler that has failed. */
export const SERVER_ERROR: TextAnswer = whole(500, "Internal Server Error", "");

/** What the client is told of a request that is refused. */
export function refusalAnswer({ status, message }: Refusal): TextAnswer {
  return whole(status, REASON_PHRASES[status], `: ${message}`);
}

function whole(status: number, reason: string, why: string): TextAnswer {
  const body = `${status} ${reason}${why}\n`;
  return { status, reason, lines: LINES, length: undefined, close: false, dated: false, body };
}
