import { assert, assertEquals, assertStringIncludes } from "#assert";
import { BUCKETS, Recorder } from "../../program/figures.ts";
import { prometheusText } from "../../program/prometheus.ts";
import { test } from "../support/harness.ts";

function textOf(...durations: number[]): string {
  const recorder = new Recorder();
  for (const duration of durations) recorder.count(200, 3, true, duration);
  recorder.count(404, 0, false, 0);
  return prometheusText({
    figures: recorder.figures,
    connections: { accepted: 5, open: 2, refused: 1 },
    workers: 3,
    restarts: 4,
    processes: [{ pid: 1, memory: 100, cpu: 0.5 }, { pid: 2, memory: 200, cpu: 1 }],
    startTime: 12.5,
  });
}

test("prometheusText() has every figure with its help and type", () => {
  const text = textOf(2);
  const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  for (const sample of samples) {
    const [, name = ""] = /^(\w+?)(?:_bucket|_sum|_count)?(?:\{.*\})? [\d.e+-]+$/.exec(sample) ??
      [];
    assertStringIncludes(text, `# HELP ${name} `, sample);
    assertStringIncludes(text, `# TYPE ${name} `, sample);
  }
  assert(text.endsWith("\n"));
  for (
    const sample of [
      'incoming_http_requests_total{status="2xx"} 1',
      'incoming_http_requests_total{status="4xx"} 1',
      'incoming_http_requests_total{status="5xx"} 0',
      "incoming_http_answers_cut_total 1",
      "incoming_http_response_bytes_total 3",
      "incoming_connections_accepted_total 5",
      "incoming_connections_open 2",
      "incoming_connections_refused_total 1",
      "incoming_workers 3",
      "incoming_worker_restarts_total 4",
      "process_cpu_seconds_total 1.5",
      "process_resident_memory_bytes 300",
      "process_start_time_seconds 12.5",
    ]
  ) assert(samples.includes(sample), sample);
});

test("prometheusText() has buckets that hold what those before hold", () => {
  const text = textOf(2, 3, 70, 1e6);
  const buckets = [...text.matchAll(/_bucket\{le="([^"]+)"\} (\d+)/g)];
  assertEquals(buckets.map(([, le]) => le), [...BUCKETS.map(String), "+Inf"]);
  assertEquals(buckets.map(([, , count]) => Number(count)), [1, 3, 3, 3, 4, 4, 4, 4, 4, 5]);
  assertStringIncludes(text, "_seconds_count 5\n");
  assertStringIncludes(text, "_seconds_sum 1000.075\n");
});
