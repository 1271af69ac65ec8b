import { assertEquals } from "#assert";
import { ResultQueue } from "../../core/result_queue.ts";
import { test } from "../support/harness.ts";

/** What can be taken now. */
function taken<U>(queue: ResultQueue<U>): U[] {
  const all: U[] = [];
  while (queue.ready) all.push(queue.take());
  return all;
}

test("ResultQueue hands out in the order of turns, however results come", () => {
  const queue = new ResultQueue<string>();
  const [a, b, c] = [queue.reserve(), queue.reserve(), queue.reserve()];
  queue.put("c", c);
  queue.put("b", b);
  assertEquals([queue.ready, queue.size, taken(queue)], [false, 2, []]);
  queue.put("a", a);
  assertEquals([queue.ready, queue.size, taken(queue)], [true, 3, ["a", "b", "c"]]);
  assertEquals([queue.ready, queue.size], [false, 0]);
});

test("ResultQueue hands out in the order of putting when nothing is reserved", () => {
  const queue = new ResultQueue<string | undefined>();
  queue.put("a");
  queue.put(undefined);
  assertEquals(taken(queue), ["a", undefined]);
  queue.put("c");
  assertEquals(taken(queue), ["c"]);
});

test("ResultQueue.clear() hands back all that wait", () => {
  const queue = new ResultQueue<string>();
  const first = queue.reserve();
  queue.put("b");
  assertEquals([queue.clear(), queue.size, queue.clear()], [["b"], 0, []]);
  queue.put("a", first);
  assertEquals(taken(queue), ["a"]);
});
