import { assertEquals, assertRejects, assertStringIncludes } from "#assert";
import { connectionPair } from "../../adapters/memory.ts";
import { FilesError } from "../../files/files_error.ts";
import type { ParallelContext } from "../../parallel/handler.ts";
import type { ToCaller, ToWorker, WorkerData } from "../../program/messages.ts";
import { handler, onMessage } from "../../program/worker.ts";
import { bytes } from "../http/mock_connection.ts";
import { HOST } from "../http/talk.ts";
import { test } from "../support/harness.ts";

const DATA: WorkerData = {
  site: { root: undefined, cors: false, spa: false, listing: false, metrics: "/m" },
  log: "none",
};

/** What the worker has said, and how it is told. */
const said: ToCaller[] = [];
const CONTEXT: ParallelContext = {
  signal: new AbortController().signal,
  draining: new AbortController().signal,
  worker: 0,
  restarts: 0,
  data: DATA,
  post: (message) => void said.push(message as ToCaller),
};

function tell(message: ToWorker): void {
  onMessage(message, CONTEXT);
}

/** The answer to GET `path`. */
async function get(path: string): Promise<string> {
  const [client, server] = connectionPair();
  const served = handler(server, CONTEXT);
  await client.write(bytes(`GET ${path} HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`));
  let text = "";
  for (let chunk = await client.read(); chunk; chunk = await client.read()) {
    text += String.fromCharCode(...chunk);
  }
  await client.close();
  await served;
  return text;
}

// One worker: it has one state, as in a thread of its own.
test("a worker answers, reports what it has counted, and asks for the figures of all", async () => {
  // A folder that is not there now may be there for the next connection.
  const missing = { ...DATA, site: { ...DATA.site, root: "no/such/folder" } };
  const [client, server] = connectionPair();
  await assertRejects(() => handler(server, { ...CONTEXT, data: missing }), FilesError);
  server.abort();
  await client.close();

  const { fetch } = globalThis;
  assertStringIncludes(await get("/"), "<h1>Hello!</h1>");
  assertStringIncludes(await get("/healthz"), "\r\n\r\nok\n");
  // To put something before it makes Node load all that belongs to it.
  assertEquals(globalThis.fetch, fetch);
  tell({ type: "ask", number: 7 });
  const [report] = said.splice(0);
  assertEquals(report?.type, "report");
  if (report?.type === "report") {
    assertEquals([report.number, report.report.figures.answers[2]], [7, 2]);
    assertEquals(report.report.process.memory > 0, true);
  }

  const figures = get("/m");
  while (said.length === 0) await Promise.resolve();
  assertEquals(said.splice(0), [{ type: "scrape", id: 1 }]);
  tell({ type: "figures", id: 2, text: "of somebody else" });
  tell({ type: "figures", id: 1, text: "of all\n" });
  assertStringIncludes(await figures, "\r\n\r\nof all\n");

  tell({ type: "stopping" });
  assertStringIncludes(await get("/healthz"), "503 Service Unavailable");
  assertEquals(said, []);
});
