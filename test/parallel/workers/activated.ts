/** Two workers on the socket that was passed on as descriptor 3, until SIGTERM. */

import process from "node:process";
import { formatAddr } from "../../../mod.ts";
import { serveParallel } from "../../../parallel/serve_parallel.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const module = new URL("./commands.ts", import.meta.url);
void serveParallel(module, { fd: 3, workers: 2 }).then(async (server) => {
  process.on("SIGTERM", () => void server.close());
  say(`adopted ${formatAddr(server.addr)}`);
  await server.ended;
  say("closed");
}, (error) => say(String(error)));
