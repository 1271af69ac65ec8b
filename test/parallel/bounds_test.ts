/** boundsOf: how many connections all workers together may have. */

import { assertEquals } from "#assert";
import { resolveListenOptions } from "../../core/listen_options.ts";
import { boundsOf } from "../../parallel/bounds.ts";
import { test } from "../support/harness.ts";

const files = (count: number) => () => `Max open files            ${count}    4096   files\n`;

test("boundsOf() is what the open files leave, for each process, and waiting is in this one", () => {
  const listen = resolveListenOptions({ port: 0 });
  assertEquals(boundsOf({ listen, means: "threads", workers: 4 }, files(132)), {
    maxConnections: 100,
    maxPending: 100,
  });
  assertEquals(boundsOf({ listen, means: "processes", workers: 4 }, files(132)), {
    maxConnections: 400,
    maxPending: 100,
  });
});

test("boundsOf() keeps to what is asked for, and knows no bound where none can be read", () => {
  const listen = resolveListenOptions({ port: 0, maxConnections: 5_000, maxPending: 7 });
  assertEquals(boundsOf({ listen, means: "processes", workers: 2 }, files(132)), {
    maxConnections: 5_000,
    maxPending: 7,
  });
  const unread = boundsOf({
    listen: resolveListenOptions({ port: 0 }),
    means: "processes",
    workers: 2,
  }, () => {
    throw new Error("no permission");
  });
  assertEquals(unread, { maxConnections: Infinity, maxPending: 1024 });
});
