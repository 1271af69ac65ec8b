/**
 * Serves in this thread alone.
 *
 * @module
 */

import type { Listener, TlsListener } from "../core/listener.ts";
import { serveHttp } from "../http/serve_http.ts";
import { processFigures, Recorder } from "./figures.ts";
import { listenAt } from "./listening.ts";
import { observed } from "./observed.ts";
import { prometheusText } from "./prometheus.ts";
import { reporter } from "./reports.ts";
import { GRACE_MS, type Running, type Serving } from "./serving.ts";
import { openSite } from "./site.ts";

/** Opens the site, and listens; rejects with one line, and leaves nothing behind. */
export async function serveAlone(serving: Serving): Promise<Running> {
  const { settings, certificate, print, startTime, sleep } = serving;
  const { site: options, log, limit } = settings;
  const recorder = options.metrics === undefined ? undefined : new Recorder();
  const reports = reporter(serving.complain);
  let stopping = false;
  const figures = (): Promise<string> => {
    const { accepted, open, refused } = listener.stats;
    return Promise.resolve(prometheusText({
      figures: (recorder ?? new Recorder()).figures,
      connections: { accepted, open, refused },
      workers: 1,
      restarts: 0,
      processes: [processFigures()],
      startTime,
    }));
  };
  const site = await openSite(options, {
    stopping: () => stopping,
    figures,
    onError: reports.onError,
    sleep,
  });
  const { handler, onAnswer } = observed(site, { log, print, recorder });
  const listener: Listener = await listenAt(settings, certificate);
  const stop = new AbortController();
  const ended = serveHttp(listener, handler, {
    limit,
    grace: GRACE_MS,
    signal: stop.signal,
    adoptGlobals: false,
    timers: serving.timers,
    onAnswer,
    onRequestError: reports.onRequestError,
  });
  return {
    addr: listener.addr,
    ended,
    announce: () => void (stopping = true),
    stop: () => stop.abort(),
    setCertificate: (renewed) =>
      // Only who has a certificate takes another one: then it is one with TLS.
      (listener as TlsListener).setCertificate(renewed),
  };
}
