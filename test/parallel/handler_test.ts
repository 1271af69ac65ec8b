/** loadHandler: the module with the handler. */

import { assert, assertEquals } from "#assert";
import type { Connection } from "../../core/connection.ts";
import type { ServeContext } from "../../core/served.ts";
import { type HandlerInit, loadHandler } from "../../parallel/handler.ts";
import { macrotask, reasonOf } from "../support/gates.ts";
import { test, type TestContext } from "../support/harness.ts";
import { moduleOf } from "./modules.ts";

function initOf(t: TestContext, text: string, init: Partial<HandlerInit> = {}): HandlerInit {
  return {
    module: moduleOf(t, text),
    worker: 3,
    restarts: 2,
    data: { a: 1 },
    post: () => undefined,
    report: () => undefined,
    ...init,
  };
}

const CONNECTION = { name: "connection" } as unknown as Connection;

test("the handler gets its connection, and a context that knows the worker", async (t) => {
  const posted: unknown[] = [];
  const post = (message: unknown): void => void posted.push(message);
  const { handler, onError } = await loadHandler(initOf(
    t,
    `export function handler(connection, context) {
      const { worker, restarts, data, post, signal, draining } = context;
      post([connection.name, worker, restarts, data.a, signal, draining]);
      return "returned";
    }`,
    { post },
  ));
  let reads = 0;
  const context = {
    signal: "signal",
    get draining() {
      reads++;
      return "draining";
    },
  } as unknown as ServeContext;
  assertEquals([handler(CONNECTION, context), onError], ["returned", undefined]);
  assertEquals(posted, [["connection", 3, 2, 1, "signal", "draining"]]);
  // Its signals are made when they are read: nobody else reads them.
  assertEquals(reads, 1);
});

test("a module hears messages, and what it throws is reported", async (t) => {
  const [posted, reported]: unknown[][] = [[], []];
  const { deliver } = await loadHandler(initOf(
    t,
    `export const handler = () => undefined;
    export async function onMessage(message, { worker, restarts, data, post }) {
      if (message === "throw") throw new Error("thrown");
      post([message, worker, restarts, data.a]);
    }`,
    {
      post: (message) => void posted?.push(message),
      report: (error) => void reported?.push(error),
    },
  ));
  deliver("hello");
  deliver("throw");
  await macrotask();
  assertEquals([posted, String(reported?.[0]), reported?.length], [
    [["hello", 3, 2, 1]],
    "Error: thrown",
    1,
  ]);
  const { deliver: drop } = await loadHandler(initOf(t, "export const handler = () => 1;"));
  drop("nobody hears it");
});

test("loadHandler() says what a module lacks", async (t) => {
  const wrong = [
    ["export const other = 1;", "a function handler, got undefined"],
    ["export const handler = 1;", "a function handler, got 1"],
    ["export const handler = () => 1; export const onError = {};", "a function onError, got "],
    [
      "export const handler = () => 1; export const onMessage = 'a';",
      'a function onMessage, got "a"',
    ],
  ];
  for (const [text = "", expected = ""] of wrong) {
    const error = await reasonOf(loadHandler(initOf(t, text)));
    assert(error instanceof TypeError && error.message.includes(expected), String(error));
  }
  const thrown = await reasonOf(loadHandler(initOf(t, "throw new RangeError('not today');")));
  assertEquals(String(thrown), "RangeError: not today");
});
