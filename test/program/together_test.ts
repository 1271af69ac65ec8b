import { assertEquals, assertRejects, assertStringIncludes } from "#assert";
import { UsageError } from "../../program/failures.ts";
import type { Arguments } from "../../program/flags.ts";
import type { Serving } from "../../program/serving.ts";
import { settingsOf } from "../../program/settings.ts";
import { serveTogether } from "../../program/together.ts";
import { getPage } from "../main/raw_client.ts";
import { test } from "../support/harness.ts";

function serving(args: Arguments): Serving {
  const surroundings = { terminal: false, socket: undefined };
  return {
    settings: settingsOf({ port: 0, workers: 2, ...args }, surroundings),
    certificate: undefined,
    startTime: 5,
    print: () => undefined,
    complain: () => undefined,
    sleep: undefined,
    timers: undefined,
  };
}

test("serveTogether() has the figures of all workers, those of the listener included", async (t) => {
  const running = await serveTogether(serving({ metrics: "/m" }));
  t.defer(async () => {
    running.stop();
    await running.ended;
  });
  const port = "port" in running.addr ? running.addr.port : 0;
  for (let i = 0; i < 4; i++) await getPage(port, "/nothing");
  const [status, text] = await getPage(port, "/m");
  assertEquals(status, "200");
  assertStringIncludes(text, 'incoming_http_requests_total{status="4xx"} 4\n');
  assertStringIncludes(text, "incoming_connections_accepted_total 5\n");
  assertStringIncludes(text, "incoming_workers 2\n");
  assertStringIncludes(text, "process_start_time_seconds 5\n");
});

test("serveTogether() starts no worker when it cannot serve or listen", async () => {
  await assertRejects(() => serveTogether(serving({ root: "no/such/folder" })), Error);
  await assertRejects(() => serveTogether(serving({ hostname: "a b" })), UsageError);
});
