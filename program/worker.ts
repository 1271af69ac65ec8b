/**
 * What a worker of the server program does; `--workers` starts several.
 *
 * @module
 */

import type { Connection } from "../core/connection.ts";
import type { HttpOptions } from "../http/http_options.ts";
import { httpConnection } from "../http/http_connection.ts";
import type { ParallelContext, WorkerContext } from "../parallel/handler.ts";
import { processFigures, Recorder } from "./figures.ts";
import type { ToCaller, ToWorker, WorkerData } from "./messages.ts";
import { observed } from "./observed.ts";
import { FLUSH_MS, Output } from "./output.ts";
import type { Replies } from "./replies.ts";
import { reporter } from "./reports.ts";
import { openSite } from "./site.ts";
import { standardOutput } from "./standard_output.ts";

/** What the worker serves. */
interface Work {
  readonly handler: Replies;
  readonly options: HttpOptions;
  readonly log: Output | undefined;
}

const recorder = new Recorder();
/** Who waits for the figures of all workers. */
const scrapes = new Map<number, (text: string) => void>();
let stopping = false;
let count = 0;
let work: Promise<Work> | undefined;

/** Answers the requests of one connection. */
export async function handler(connection: Connection, context: ParallelContext): Promise<void> {
  const { handler, options, log } = await (work ??= begin(context));
  const signal = context.draining;
  await httpConnection(connection, handler, { ...options, signal });
  // The worker ends with its last connection.
  if (signal.aborted) await log?.flush(FLUSH_MS);
}

/** Hears what the caller says. */
export function onMessage(message: unknown, context: WorkerContext): void {
  // What the caller sends is made in together.ts.
  const heard = message as ToWorker;
  if (heard.type === "stopping") stopping = true;
  else if (heard.type === "figures") {
    scrapes.get(heard.id)?.(heard.text);
    scrapes.delete(heard.id);
  } else {
    const report = { figures: recorder.figures, process: processFigures() };
    tell(context, { type: "report", number: heard.number, report });
  }
}

async function begin(context: WorkerContext): Promise<Work> {
  // The caller sends what together.ts makes.
  const { site, log } = context.data as WorkerData;
  const reports = reporter((line) => tell(context, { type: "complaint", line }));
  const figures = (): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<string>();
    scrapes.set(++count, resolve);
    tell(context, { type: "scrape", id: count });
    return promise;
  };
  try {
    const replies = await openSite(site, {
      stopping: () => stopping,
      figures,
      onError: reports.onError,
    });
    const output = log === "none" ? undefined : new Output(standardOutput(1), (line) => {
      tell(context, { type: "complaint", line });
    });
    const { handler, onAnswer } = observed(replies, {
      log,
      print: output?.line ?? (() => undefined),
      recorder: site.metrics === undefined ? undefined : recorder,
    });
    const { onRequestError } = reports;
    return { handler, options: { onAnswer, onRequestError, adoptGlobals: false }, log: output };
  } catch (error) {
    // The folder may come back.
    work = undefined;
    throw error;
  }
}

function tell({ post }: WorkerContext, message: ToCaller): void {
  post(message);
}
