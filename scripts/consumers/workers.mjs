// What the package loads by its address: threads, and workers that serve. Ends by itself.

import { connect } from "@incoming/net";
import { serveParallel } from "@incoming/net/parallel";
import { ThreadPool } from "@incoming/net/threads";
import { expectEcho } from "./echo.mjs";

const pool = new ThreadPool({ threads: 1 });
const sum = await pool.spawn(new URL("./worker.mjs", import.meta.url), [1, 2], { name: "sum" });
await pool.close();
if (sum !== 3) throw new Error("Cannot add in a thread");
console.log("threads");

const worker = new URL("./worker.mjs", import.meta.url);
const server = await serveParallel(worker, { hostname: "127.0.0.1", port: 0, workers: 2 });
await expectEcho(await connect({ port: server.addr.port }));
await server.close();
await server.ended;
console.log("parallel");
