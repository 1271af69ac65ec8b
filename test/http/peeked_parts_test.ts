import { assertEquals, assertRejects } from "#assert";
import type { BodyParts } from "../../http/answer.ts";
import { PeekedParts } from "../../http/peeked_parts.ts";
import { gate } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { bytes, text } from "../support/readers.ts";

/** Gives what `parts` settle with, and counts. */
function bodyOf(
  ...parts: Promise<Uint8Array | null>[]
): BodyParts & { asked: number; told: unknown[] } {
  return {
    asked: 0,
    told: [],
    next() {
      return parts[this.asked++] ?? Promise.resolve(null);
    },
    cancel(reason) {
      this.told.push(reason);
    },
  };
}

const part = (given: string) => Promise.resolve(bytes(given));

test("PeekedParts.whole() has a body of no or one part, when it says so at once", async () => {
  assertEquals((await new PeekedParts(bodyOf()).whole())?.length, 0);
  assertEquals(text(await new PeekedParts(bodyOf(part("a"))).whole()), "a");
});

test("PeekedParts waits for no second part, and gives all of them", async () => {
  const later = gate<Uint8Array | null>();
  const body = bodyOf(part("a"), later.promise, part("c"));
  const peeked = new PeekedParts(body);
  assertEquals([await peeked.whole(), body.asked], [null, 2]);
  assertEquals([text(await peeked.next()), body.asked], ["a", 2]);
  const second = peeked.next();
  later.resolve(bytes("b"));
  assertEquals([text(await second), body.asked], ["b", 2]);
  assertEquals([text(await peeked.next()), await peeked.next()], ["c", null]);
  peeked.cancel("enough");
  assertEquals(body.told, ["enough"]);
});

test("PeekedParts passes failures on, that of the second part when its turn comes", async () => {
  const failed = () => Promise.reject(new Error("broken"));
  await assertRejects(() => new PeekedParts(bodyOf(failed())).whole(), Error, "broken");
  const peeked = new PeekedParts(bodyOf(part("a"), failed()));
  assertEquals([await peeked.whole(), text(await peeked.next())], [null, "a"]);
  await assertRejects(() => peeked.next(), Error, "broken");
});
