/** A server of two processes, to be killed: prints its port when it serves. */

import process from "node:process";
import { serveParallel } from "../../../parallel/serve_parallel.ts";

const module = new URL("./commands.ts", import.meta.url);
void serveParallel(module, { port: 0, workers: 2, means: "processes", grace: 1_000 })
  .then(({ addr }) => process.stdout.write(`Listening on http://127.0.0.1:${addr.port}/\n`));
