/**
 * A folder on serveHttp, for clients of all kinds: `files_server.ts <root> <options as JSON>`. Says its
 * port and what is reported; ends in order at SIGTERM. Two paths take all descriptors that there are,
 * and give them back.
 */

import { closeSync, openSync } from "node:fs";
import process from "node:process";
import { fileReplies, type ServeFilesOptions } from "../../files/serve_files.ts";
import { type HttpHandler, serveHttp } from "../../http/serve_http.ts";
import { listen } from "../../mod.ts";

const [root = "", json = "{}"] = process.argv.slice(2);
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
// What the tests write there.
const options = JSON.parse(json) as ServeFilesOptions;
const files = await fileReplies(root, {
  ...options,
  onError: (error) => console.log(`reported ${String(error)}`),
});
const taken: number[] = [];
const handler: HttpHandler = (request, info) => {
  if (info.target === "/take-all") takeAll();
  else if (info.target === "/give-back") taken.splice(0).forEach((fd) => closeSync(fd));
  else return files(request, info);
  return { body: `${taken.length}\n` };
};
const listener = await listen({ port: 0 });
console.log(`port ${listener.addr.port}`);
const { cut } = await serveHttp(listener, handler, { signal: stop.signal });
console.log(`cut ${cut}`);
// A signal handler is no reason to go on, but Bun's is.
process.exit(0);

function takeAll(): void {
  try {
    for (;;) taken.push(openSync("/dev/null", "r"));
  } catch {
    // That was the last one.
  }
}
