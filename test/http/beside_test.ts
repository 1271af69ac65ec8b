import { assert, assertEquals, assertThrows } from "#assert";
import { Beside } from "../../http/beside.ts";
import { test } from "../support/harness.ts";

class Note extends Beside {
  #text: string;

  constructor(there: object, text: string) {
    super(there);
    this.#text = text;
  }

  static of(there: object): string | undefined {
    return #text in there ? there.#text : undefined;
  }
}

test("Beside puts fields on an object that was made before, and nobody else finds them", () => {
  class Made {}
  const [made, other] = [new Made(), new Made()];
  assert(new Note(made, "a") === made);
  assertEquals([Note.of(made), Note.of(other)], ["a", undefined]);
  assert(made instanceof Made && !(made instanceof Note));
  assertEquals(Reflect.ownKeys(made), []);
  assertThrows(() => new Note(made, "b"), TypeError);
});
