/** The chapter's last step, with real clients, and as a program. */

import { assertEquals, assertMatch } from "#assert";
import { serve } from "../../examples/5_parallel.ts";
import { get } from "../main/raw_client.ts";
import { pathOf, RUN, ServerProcess } from "../main/server_process.ts";
import { runtime, test } from "../support/harness.ts";

test(`5_parallel shares the connections among its workers on ${runtime}`, async (t) => {
  const server = await serve({ workers: 2 });
  t.defer(() => server.close());
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, i) => get(server.addr.port, i % 2 === 0 ? "/" : "/x")),
  );
  const found = answers.filter((answer) => answer.endsWith("<h1>Hello!</h1>"));
  const lost = answers.filter((answer) => answer.endsWith("<h1>There is nothing here.</h1>"));
  assertEquals([found.length, lost.length], [20, 20]);
  const { accepted, workers } = server.stats();
  assertEquals([accepted, workers.length], [40, 2]);
  // How many each gets is a matter of how busy the machine is.
  assertEquals(workers.every((worker) => worker.accepted >= 1), true, JSON.stringify(workers));
  assertEquals(await server.close(), { finished: 0, cut: 0 });
});

test(`5_parallel runs as a program on ${runtime}`, async (t) => {
  const granted = runtime === "deno" ? ["--allow-env", "--allow-run"] : [];
  const server = new ServerProcess([], [
    ...RUN[runtime],
    ...granted,
    pathOf("examples/5_parallel.ts"),
  ]);
  t.defer(() => server.kill("SIGKILL"));
  const [, port] = await server.said(/^Listening on http:\/\/127\.0\.0\.1:([0-9]+)\/\n$/);
  assertMatch(await get(Number(port), "/"), /Hello!/);
});
