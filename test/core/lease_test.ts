import { assertEquals } from "#assert";
import { Lease } from "../../core/lease.ts";
import { test } from "../support/harness.ts";

test("Lease.release() gives back once, however often it is called", () => {
  let given = 0;
  const lease = new Lease(() => void given++);
  assertEquals(given, 0);
  lease.release();
  lease.release();
  lease[Symbol.dispose]();
  assertEquals(given, 1);
});

test("Lease[Symbol.dispose]() gives back once, too", () => {
  let given = 0;
  const lease = new Lease(() => void given++);
  lease[Symbol.dispose]();
  assertEquals(given, 1);
  lease[Symbol.dispose]();
  lease.release();
  assertEquals(given, 1);
});

test("Lease.release() gives back once, even when giving back releases it again", () => {
  let given = 0;
  const lease: Lease = new Lease(() => {
    given++;
    lease.release();
  });
  lease.release();
  assertEquals(given, 1);
});
