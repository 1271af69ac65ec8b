import { assertEquals, assertStrictEquals } from "#assert";
import { connectionPair } from "../../adapters/memory.ts";
import { HandlerContext } from "../../core/handler_context.ts";
import { RunSignals } from "../../core/run_context.ts";
import { test } from "../support/harness.ts";

function context() {
  const [signals, drainings] = [new RunSignals(), new RunSignals()];
  const ends = { stopping: signals, draining: drainings };
  const [connection] = connectionPair();
  return { signals, drainings, context: new HandlerContext(connection, ends) };
}

test("HandlerContext: each signal aborts with its own, read before or after that", () => {
  for (const early of [true, false]) {
    const { signals, drainings, context: given } = context();
    if (early) assertStrictEquals(given.draining, given.draining);
    drainings.abort("draining");
    assertEquals([given.signal.aborted, given.draining.aborted], [false, true]);
    assertEquals(given.draining.reason, "draining");
    signals.abort("over");
    assertEquals([given.signal.aborted, given.signal.reason], [true, "over"]);
  }
});

test("HandlerContext.end(): the signals stay as they are, those too that are read later", () => {
  const { signals, drainings, context: given } = context();
  const { signal } = given;
  given.end();
  signals.abort("over");
  drainings.abort("draining");
  assertEquals([signal.aborted, given.signal.aborted, given.draining.aborted], [
    false,
    false,
    false,
  ]);
});
