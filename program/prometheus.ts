/**
 * Figures as text that Prometheus reads (version 0.0.4 of its exposition format).
 *
 * @module
 */

import { BUCKETS, type Figures, type ProcessFigures } from "./figures.ts";

/** The type of that text. */
export const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** All that is told. */
export interface Snapshot {
  /** What was answered, by all event loops. */
  readonly figures: Figures;
  /** What has become of connections, as `Listener.stats` has it. */
  readonly connections: {
    readonly accepted: number;
    readonly open: number;
    readonly refused: number;
  };
  /** How many event loops serve. */
  readonly workers: number;
  /** How often one of them was replaced. */
  readonly restarts: number;
  /** Each process once. */
  readonly processes: readonly ProcessFigures[];
  /** When the server was started, in seconds since 1970. */
  readonly startTime: number;
}

type Sample = readonly [labels: string, value: number];

/** The text for a snapshot. */
export function prometheusText(snapshot: Snapshot): string {
  const { figures, connections, processes } = snapshot;
  const one = (value: number): Sample[] => [["", value]];
  const total = (of: (process: ProcessFigures) => number) =>
    one(processes.reduce((sum, process) => sum + of(process), 0));
  return [
    family("incoming_http_requests_total", "counter", "Requests that were answered.", [
      ...figures.answers.slice(1).map((count, at): Sample => [`{status="${at + 1}xx"}`, count]),
    ]),
    family(
      "incoming_http_answers_cut_total",
      "counter",
      "Answers that could not be sent as a whole.",
      one(figures.cut),
    ),
    family(
      "incoming_http_response_bytes_total",
      "counter",
      "Bytes of bodies that were sent.",
      one(figures.bytes),
    ),
    histogram(figures),
    family(
      "incoming_connections_accepted_total",
      "counter",
      "Connections that were accepted.",
      one(connections.accepted),
    ),
    family(
      "incoming_connections_refused_total",
      "counter",
      "Connections that were reset, as too many were open.",
      one(connections.refused),
    ),
    family(
      "incoming_connections_open",
      "gauge",
      "Connections that are open.",
      one(connections.open),
    ),
    family("incoming_workers", "gauge", "Event loops that serve.", one(snapshot.workers)),
    family(
      "incoming_worker_restarts_total",
      "counter",
      "Workers that were replaced.",
      one(snapshot.restarts),
    ),
    family(
      "process_cpu_seconds_total",
      "counter",
      "Processor time of all processes of the server.",
      total(({ cpu }) => cpu),
    ),
    family(
      "process_resident_memory_bytes",
      "gauge",
      "Memory of all processes of the server.",
      total(({ memory }) => memory),
    ),
    family(
      "process_start_time_seconds",
      "gauge",
      "When the server was started, in seconds since 1970.",
      one(snapshot.startTime),
    ),
  ].join("");
}

function family(name: string, type: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `${name}${labels} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

/** The buckets of Prometheus hold what the ones before hold as well. */
function histogram({ durations, seconds }: Figures): string {
  const name = "incoming_http_request_duration_seconds";
  let count = 0;
  const buckets = durations.map((more, at) => {
    count += more;
    return `${name}_bucket{le="${BUCKETS[at] ?? "+Inf"}"} ${count}\n`;
  });
  return `# HELP ${name} From the head of a request to the last byte of its answer.\n` +
    `# TYPE ${name} histogram\n${buckets.join("")}` +
    `${name}_sum ${seconds}\n${name}_count ${count}\n`;
}
