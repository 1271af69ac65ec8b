import { assertEquals, assertStrictEquals } from "#assert";
import { own, rejected, Settler } from "../../core/settler.ts";
import { macrotask, outcome, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";

const error = new Error("no");

test("Settler.resolve() fulfils the promise; what comes later does nothing", async () => {
  const settler = new Settler<number>();
  assertEquals(await outcome(settler.promise), "pending");
  settler.resolve(1);
  settler.resolve(2);
  settler.reject(error);
  assertEquals(await settler.promise, 1);
});

test("Settler.reject() rejects the promise; what comes later does nothing", async () => {
  const settler = new Settler<number>();
  settler.reject(error);
  settler.resolve(1);
  settler.reject(new Error("other"));
  assertStrictEquals(await reasonOf(settler.promise), error);
});

test("Settler.reject() is no unhandled rejection, and yet whoever awaits gets the error", async () => {
  const settler = new Settler<number>();
  settler.reject(error);
  await macrotask();
  await macrotask();
  assertStrictEquals(await reasonOf(settler.promise), error);
  assertStrictEquals(await reasonOf(settler.promise), error);
});

test("own() hands the same promise back, and keeps quiet about its rejection", async () => {
  const promise = Promise.reject(error);
  assertStrictEquals(own(promise), promise);
  await macrotask();
  assertStrictEquals(await reasonOf(promise), error);
});

test("rejected() is a rejected promise that nobody needs to await", async () => {
  const promise = rejected(error);
  await macrotask();
  assertStrictEquals(await reasonOf(promise), error);
});
