/**
 * A line for each answer: the common log format, or JSON.
 *
 * @module
 */

import type { Addr } from "../core/addr.ts";
import { formatAddr } from "../core/addr.ts";

/** What a line tells of an answer that is over. */
export interface LogEntry {
  /** The client. */
  readonly remoteAddr: Addr;
  /** When it was asked for. */
  readonly date: Date;
  /** What was asked for; `null` when that was no request. */
  readonly request: LoggedRequest | null;
  /** The status. */
  readonly status: number;
  /** How many bytes of the body were sent. */
  readonly bytes: number;
  /** Whether that was all of it. */
  readonly complete: boolean;
  /** How long it took, in milliseconds. */
  readonly duration: number;
}

/** What a line tells of a request. */
export interface LoggedRequest {
  readonly method: string;
  readonly target: string;
  readonly httpVersion: string;
  /** The field of that name, or `null`. */
  readonly field: (name: string) => string | null;
}

/** How much of what a client sends is shown, in characters: a line is no longer than a pipe takes at once. */
const SHOWN = 1000;

/** The line of an entry. */
export type LogFormat = (entry: LogEntry) => string;

/** The formats by name. */
export const LOG_FORMATS: Readonly<Record<"common" | "json", LogFormat>> = { common, json };

/**
 * `host - - [date] "request" status bytes`, as NCSA's httpd has it. `%` and `-` stand as in Apache: a
 * request that was none is `-`. An answer that was cut has `aborted` behind it.
 */
function common({ remoteAddr, date, request, status, bytes, complete }: LogEntry): string {
  const line = request === null
    ? "-"
    : escaped(`${request.method} ${shortened(request.target)} HTTP/${request.httpVersion}`);
  const end = complete ? "" : " aborted";
  return `${hostOf(remoteAddr)} - - [${clf(date)}] "${line}" ${status} ${bytes || "-"}${end}`;
}

function json(entry: LogEntry): string {
  const { remoteAddr, date, request, status, bytes, complete, duration } = entry;
  const field = (name: string): string | undefined => {
    const value = request?.field(name);
    return typeof value === "string" ? shortened(value) : undefined;
  };
  return visible(JSON.stringify({
    time: date.toISOString(),
    client: hostOf(remoteAddr),
    method: request?.method,
    target: request === null ? undefined : shortened(request.target),
    version: request?.httpVersion,
    status,
    bytes,
    ms: Math.round(duration * 1000) / 1000,
    aborted: complete ? undefined : true,
    agent: field("user-agent"),
    referer: field("referer"),
  }));
}

/** A message that is no answer, where every line is JSON. */
export function jsonMessage(date: Date, message: string): string {
  return visible(JSON.stringify({ time: date.toISOString(), message }));
}

function hostOf(addr: Addr): string {
  return addr.transport === "tcp" ? addr.hostname : formatAddr(addr).replace(/:.*/, "");
}

function shortened(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}...`;
}

/** As Apache has it: `\"`, `\\`, and `\xhh` for what is no visible ASCII. */
function escaped(text: string): string {
  return text.replace(/["\\]|[^ -~]/g, (character) => {
    if (character === '"' || character === "\\") return `\\${character}`;
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

/** JSON leaves some characters as they are that terminals heed, and that some take for the end of a line. */
function visible(json: string): string {
  return json.replace(/[\u007f-\u009f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

let lastSecond = NaN;
let lastText = "";

/** In UTC: `22/Nov/2026:03:04:05 +0000`. Made once a second: many lines have the same. */
function clf(date: Date): string {
  const second = Math.floor(date.getTime() / 1000);
  if (second === lastSecond) return lastText;
  const [day, time] = date.toISOString().split("T");
  const [year, month, ofMonth] = (day ?? "").split("-");
  lastSecond = second;
  lastText = `${ofMonth}/${MONTHS[Number(month) - 1]}/${year}:${time?.slice(0, 8)} +0000`;
  return lastText;
}
