import { assertEquals } from "#assert";
import { connectionPair } from "../../adapters/memory.ts";
import { HandlerContext } from "../../core/handler_context.ts";
import { OpenHandlers } from "../../core/open_handlers.ts";
import { RunSignals } from "../../core/run_context.ts";
import { test } from "../support/harness.ts";

const [connection] = connectionPair();
const ends = { stopping: new RunSignals(), draining: new RunSignals() };

/** A list of `count`, and how to see what is in it. */
function openHandlers(count: number) {
  const contexts = Array.from({ length: count }, () => new HandlerContext(connection, ends));
  const open = new OpenHandlers();
  for (const context of contexts) open.add(context);
  const left = () => [open.size, ...open.all().map((context) => contexts.indexOf(context))];
  const out = (...places: number[]) => {
    for (const place of places) {
      const context = contexts[place];
      if (context !== undefined) open.delete(context);
    }
  };
  return { contexts, open, left, out };
}

test("OpenHandlers.all() has them in the order in which they came", () => {
  assertEquals(openHandlers(0).left(), [0]);
  assertEquals(openHandlers(3).left(), [3, 0, 1, 2]);
});

test("OpenHandlers.delete() takes out the first, the last, one between, and the only one", () => {
  const orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
  for (const order of orders) {
    const { left, out } = openHandlers(3);
    for (let count = 1; count <= 3; count++) {
      out(...order.slice(count - 1, count));
      assertEquals(left(), [3 - count, ...order.slice(count).toSorted()], order.join());
    }
  }
});

test("OpenHandlers.add() takes in again what was taken out, as the last", () => {
  const { contexts, open, left, out } = openHandlers(3);
  out(0, 2);
  for (const context of contexts.slice(0, 1)) open.add(context);
  assertEquals(left(), [2, 1, 0]);
});

test("OpenHandlers.delete() leaves nothing in what was taken out", () => {
  const { contexts, out } = openHandlers(3);
  out(1);
  assertEquals([contexts[1]?.previous, contexts[1]?.next], [undefined, undefined]);
});

test("OpenHandlers.all() gives a list of its own: what it has may be taken out meanwhile", () => {
  const { open, left, out } = openHandlers(4);
  let seen = 0;
  for (const _ of open.all()) {
    if (seen++ === 0) out(0, 1, 2, 3);
  }
  assertEquals([seen, left()], [4, [0]]);
});
