/**
 * Tells of each answer of a site: to the access log, to the counters.
 *
 * @module
 */

import type { Answered } from "../http/answered.ts";
import { LOG_FORMATS } from "./access_log.ts";
import type { Recorder } from "./figures.ts";
import type { Replies } from "./replies.ts";

/** Who is told. */
export interface Observers {
  /** The format of the access log; `"none"`: there is none. */
  readonly log: "common" | "json" | "none";
  /** Takes a line of the access log. */
  readonly print: (line: string) => void;
  /** Counts, if it is asked for. */
  readonly recorder: Recorder | undefined;
}

/** A site that is observed, as `serveHttp` takes it. */
export interface Observed {
  readonly handler: Replies;
  /** `undefined` when nobody wants to know: then nothing is measured. */
  readonly onAnswer: ((answered: Answered) => void) | undefined;
}

/** Observes `handler` for those who want to know. */
export function observed(handler: Replies, { log, print, recorder }: Observers): Observed {
  if (log === "none" && recorder === undefined) return { handler, onAnswer: undefined };
  const format = log === "none" ? undefined : LOG_FORMATS[log];
  return {
    handler,
    onAnswer: ({ request, info, remoteAddr, status, bytes, complete, duration }) => {
      recorder?.count(status, bytes, complete, duration);
      if (format === undefined) return;
      print(format({
        remoteAddr,
        date: new Date(Date.now() - duration),
        request: request === null || info === null ? null : {
          method: request.method,
          target: info.target,
          httpVersion: info.httpVersion,
          field: (name) => info.header(name),
        },
        status,
        bytes,
        complete,
        duration,
      }));
    },
  };
}
