/** What a thread of its own finds when HTTP is served in it: the globals of the others are left alone. */

import { parentPort, workerData } from "node:worker_threads";
import type { HttpHandler } from "../../http/http_session.ts";
import { get, post, statuses, talk } from "./talk.ts";

/** What the thread is to try. */
export type Way = "adopted" | "left" | "frozen";

const NAMES = ["Request", "Response", "fetch"] as const;
const { Request: EarlyRequest, Response: EarlyResponse, fetch: earlyFetch } = globalThis;
const { json: earlyJson, prototype: { text: earlyText } } = EarlyResponse;
// Whoever starts it says so.
const way = workerData as Way;

if (way === "frozen") {
  for (const name of NAMES) {
    const value: unknown = globalThis[name];
    Object.defineProperty(globalThis, name, { value, writable: false, configurable: false });
  }
}

class Early extends EarlyResponse {}

const handlers: Record<string, HttpHandler> = {
  "/text": () => new Response("ok"),
  "/early": () => new EarlyResponse("ok"),
  "/extended": () => new Early("ok"),
  "/json": () => Response.json({ a: 1 }),
  "/body": async (request) => new Response(await request.text()),
  "/clone": async (request) => new Response(await request.clone().text()),
  "/cloned": async (request) => new Response(await new EarlyRequest(request.clone()).text()),
  "/is": (request) => {
    const known = request instanceof Request && request instanceof EarlyRequest;
    return { status: known && request.constructor === Request ? 200 : 500 };
  },
};
// Otherwise the platform has not heard of these requests: one runtime reads them as options, two throw.
if (way === "adopted") {
  handlers["/copy"] = async (request) => new Response(await new Request(request).text());
}

const answered: Record<string, string> = {};
for (const [path, handler] of Object.entries(handlers)) {
  const input = path === "/is" || path === "/text" ? get(path) : post("ok").replace("/", path);
  const answers = await talk(input, handler, { adoptGlobals: way !== "left" });
  answered[path] = `${statuses(answers).join(" ")} ${answers.split("\r\n\r\n")[1] ?? ""}`.trim();
}

/** What somebody can see of two classes that ought to be the same. */
function traits(made: object, Kind: object): unknown[] {
  const { name, length } = Kind as { name: string; length: number };
  return [name, length, Reflect.ownKeys(Kind).map(String).sort(), String(made)];
}

function tried(run: () => unknown): string {
  try {
    return typeof run();
  } catch (error) {
    return error instanceof Error ? error.name : "thrown";
  }
}

const response = new Response("a");
parentPort?.postMessage({
  answered,
  replaced: [Request !== EarlyRequest, Response !== EarlyResponse, fetch !== earlyFetch],
  json: Response.json !== earlyJson,
  methods: Response.prototype.text !== earlyText,
  same: JSON.stringify([
    traits(response, Response),
    traits(new Request("http://a/"), Request),
    [fetch.name, fetch.length, tried(() => structuredClone(response))],
  ]) === JSON.stringify([
    traits(new EarlyResponse("a"), EarlyResponse),
    traits(new EarlyRequest("http://a/"), EarlyRequest),
    [earlyFetch.name, earlyFetch.length, tried(() => structuredClone(new EarlyResponse("a")))],
  ]),
  related: response instanceof EarlyResponse && new EarlyResponse("a") instanceof Response &&
    new Early("a") instanceof Response && response.constructor === Response &&
    new Request("http://a/").constructor === Request,
});
