/** A folder that is served over a real socket, and a client that sends bytes as they are. */

import { readdirSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { fileReplies, type ServeFilesOptions } from "../../files/serve_files.ts";
import { serveHttp } from "../../http/serve_http.ts";
import { listen } from "../../mod.ts";
import { macrotask } from "../support/gates.ts";
import type { TestContext } from "../support/harness.ts";
import { folder, type Tree } from "./site.ts";

/** A served folder. */
export interface Served {
  readonly root: string;
  readonly port: number;
  /** What was reported to `onError`. */
  readonly errors: unknown[];
  /** The answer to a request that is sent as it is. */
  ask(head: string): Promise<Answered>;
  /** The answer to GET of a target that is sent as it is. */
  get(target: string, fields?: string, method?: string): Promise<Answered>;
}

/** One answer; its body is Latin-1. */
export interface Answered {
  readonly status: number;
  readonly fields: ReadonlyMap<string, string>;
  readonly body: string;
  /** Whether as much has come as Content-Length says. */
  readonly isWhole: boolean;
}

/** Serves a folder with these files until the test ends. */
export async function serve(
  t: TestContext,
  tree: Tree = {},
  options: ServeFilesOptions = {},
): Promise<Served> {
  const root = folder(t, tree);
  const errors: unknown[] = [];
  const handler = await fileReplies(root, { onError: (error) => errors.push(error), ...options });
  const listener = await listen({ port: 0 });
  const stop = new AbortController();
  const served = serveHttp(listener, handler, { signal: stop.signal, grace: 0 });
  t.defer(async () => {
    stop.abort();
    await served;
  });
  const { port } = listener.addr;
  const ask = async (head: string) => answered(await talk(port, head), head.startsWith("HEAD "));
  return {
    root,
    port,
    errors,
    ask,
    get: (target, fields = "", method = "GET") =>
      ask(`${method} ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${fields}\r\n`),
  };
}

/** A socket that the server can be talked to over. */
export function dial(port: number): Socket {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  return socket;
}

/** All that comes back, as Latin-1, also before the connection is cut. */
function talk(port: number, head: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = dial(port);
    let text = "";
    socket.setEncoding("latin1").on("data", (chunk: string) => text += chunk);
    socket.once("close", () => resolve(text));
    socket.end(head, "latin1");
  });
}

function answered(text: string, isHead: boolean): Answered {
  const end = text.indexOf("\r\n\r\n");
  const [start = "", ...lines] = text.slice(0, Math.max(end, 0)).split("\r\n");
  const fields = new Map(lines.map((line) => {
    const colon = line.indexOf(": ");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)] as const;
  }));
  const body = end < 0 ? "" : text.slice(end + 4);
  const length = fields.get("content-length");
  return {
    status: Number(/^HTTP\/1\.1 ([0-9]{3}) /.exec(start)?.[1]),
    fields,
    body,
    isWhole: isHead ? body === "" : length === undefined || Number(length) === body.length,
  };
}

/** How many descriptors this process has; `undefined` where that cannot be known. */
export function descriptors(): number | undefined {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return undefined;
  }
}

/** Resolves when there are no more descriptors than `count`, or not after a while. */
export async function descriptorsBackTo(count: number | undefined): Promise<boolean> {
  for (let turn = 0; turn < 400; turn++) {
    if ((descriptors() ?? 0) <= (count ?? 0)) return true;
    await macrotask();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return false;
}
