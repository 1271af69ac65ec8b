/** A server on serveHttp, for clients of all kinds; says its port, and ends in order at SIGTERM. */

import process from "node:process";
import { serveHttp } from "../../http/serve_http.ts";
import { listen } from "../../mod.ts";
import { answer } from "../apps/client_answers.ts";

const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
const listener = await listen({ port: 0 });
console.log(`port ${listener.addr.port}`);
const onRequestError = (error: unknown) => console.error(error);
const { cut } = await serveHttp(listener, answer, { signal: stop.signal, onRequestError });
console.log(`cut ${cut}`);
// A signal handler is no reason to go on, but Bun's is.
process.exit(0);
