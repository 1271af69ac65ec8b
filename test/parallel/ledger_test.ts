/** Ledger: the connections of a worker, counted on both sides. */

import { assertEquals } from "#assert";
import { Ledger } from "../../parallel/ledger.ts";
import { test } from "../support/harness.ts";

/** Given, open, and whether all have come. */
function state(ledger: Ledger): [given: number, open: number, isEven: boolean] {
  return [ledger.given, ledger.open, ledger.isEven];
}

test("a Ledger counts what is given, taken and gone", () => {
  const ledger = new Ledger();
  assertEquals(state(ledger), [0, 0, true]);
  ledger.give();
  assertEquals(state(ledger), [1, 1, false]);
  ledger.count(1, 0);
  assertEquals(state(ledger), [1, 1, true]);
  ledger.count(1, 1);
  assertEquals([...state(ledger), ledger.missing()], [1, 0, true, false]);
});

test("missing() gives up what has not come, of a worker that speaks", () => {
  const ledger = new Ledger();
  ledger.give();
  ledger.heard();
  // It may be on its way only since now.
  assertEquals(ledger.missing(), false);
  // It computes, perhaps.
  assertEquals(ledger.missing(), false);
  ledger.heard();
  assertEquals([ledger.missing(), ...state(ledger)], [true, 1, 0, true]);
  ledger.give();
  ledger.heard();
  assertEquals([ledger.missing(), ...state(ledger)], [false, 2, 1, false]);
  // The worker does not know of the first.
  ledger.count(1, 0);
  assertEquals(state(ledger), [2, 1, true]);
  ledger.count(1, 1);
  assertEquals(state(ledger), [2, 0, true]);
});

test("what was given up and comes late is counted again", () => {
  const ledger = new Ledger();
  ledger.give();
  ledger.missing();
  ledger.heard();
  assertEquals([ledger.missing(), ledger.open], [true, 0]);
  ledger.count(1, 0);
  assertEquals(state(ledger), [1, 1, true]);
  ledger.count(1, 1);
  assertEquals(state(ledger), [1, 0, true]);
});
