/**
 * Serves with several workers.
 *
 * @module
 */

import type { ParallelEvent } from "../parallel/events.ts";
import { serveParallel } from "../parallel/serve_parallel.ts";
import { Collector } from "./collector.ts";
import { listenFailure, oneLine } from "./failures.ts";
import { processFigures } from "./figures.ts";
import { connectionsBesideFiles, tlsOptions } from "./listening.ts";
import type { ToCaller, ToWorker, WorkerData } from "./messages.ts";
import { prometheusText } from "./prometheus.ts";
import { GRACE_MS, type Running, type Serving } from "./serving.ts";
import { openSite } from "./site.ts";

/** Looks at the site, listens, and starts the workers; rejects with one line, and leaves nothing behind. */
export async function serveTogether(serving: Serving): Promise<Running> {
  const { settings, certificate, complain, startTime } = serving;
  const { site, log, place, workers, limit } = settings;
  // Before anything is bound: the workers would say the same, but after it.
  await openSite(site, {
    stopping: () => false,
    figures: () => Promise.resolve(""),
    onError: () => undefined,
  });
  const data: WorkerData = { site, log };
  const tell = (message: ToWorker): void => server.broadcast(message);
  const collector = new Collector((number) => tell({ type: "ask", number }));
  const scrape = async (): Promise<string> => {
    const { figures, processes } = await collector.collect(workers);
    const { accepted, open, pending, refused, restarts } = server.stats();
    const own = processFigures();
    return prometheusText({
      figures,
      connections: { accepted, open: open + pending, refused },
      workers,
      restarts,
      processes: [own, ...processes.filter(({ pid }) => pid !== own.pid)],
      startTime,
    });
  };
  const server = await serveParallel(workerModule(), {
    ...place,
    tls: tlsOptions(certificate),
    workers,
    limit,
    maxConnections: connectionsBesideFiles(limit, workers),
    grace: GRACE_MS,
    data,
    onEvent: (event) => say(event, complain),
    onMessage: (message, { worker, restarts, post }) => {
      // What workers send is made in worker.ts.
      const heard = message as ToCaller;
      if (heard.type === "complaint") complain(heard.line);
      else if (heard.type === "report") {
        collector.heard(heard.report, heard.number, worker, restarts);
      } else {
        void scrape().then((text) => post({ type: "figures", id: heard.id, text }));
      }
    },
  }).catch((error: unknown) => {
    throw listenFailure(error, place);
  });
  return {
    addr: server.addr,
    ended: server.ended,
    announce: () => tell({ type: "stopping" }),
    stop: () => void server.close(),
    setCertificate: (renewed) => server.setCertificate(renewed),
  };
}

function say(event: ParallelEvent, complain: (line: string) => void): void {
  if (event.type === "error") complain(`Cannot answer: ${oneLine(event.error)}`);
  if (event.type !== "failed") return;
  const why = event.error === undefined ? "" : `: ${oneLine(event.error)}`;
  complain(`Cannot go on with worker ${event.worker} (${event.reason})${why}; it is replaced`);
}

/** Beside this file, translated if this is. */
function workerModule(): URL {
  const url = import.meta.url;
  return new URL(url.endsWith(".ts") ? "./worker.ts" : "./worker.js", url);
}
