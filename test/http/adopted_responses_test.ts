import { assert, assertEquals, assertThrows } from "#assert";
import * as first from "../../http/adopted_responses.ts";
import { readAnswer } from "../../http/read_answer.ts";
import { test } from "../support/harness.ts";
import { get, talk } from "./talk.ts";

const { adoptResponses, remembersText, takeText } = first;

/** What was there before, unless another test was first: adopted_test.ts compares them. */
const { Response: Platform } = globalThis;
adoptResponses();
const { Response: Remembering } = globalThis;

test("adoptResponses() changes nothing that is done with a Response", async () => {
  adoptResponses();
  assert(Remembering === globalThis.Response, "done once");
  const response = new Remembering("text", { status: 201, headers: { "X-A": "b" } });
  assert(response instanceof Platform && response instanceof Remembering);
  assertEquals(Reflect.ownKeys(response).length, Reflect.ownKeys(new Platform("text")).length);
  const { status, headers, bodyUsed } = response;
  assertEquals([status, headers.get("x-a"), bodyUsed], [201, "b", false]);
  const copy = response.clone();
  assertEquals([await response.text(), await copy.text(), response.bodyUsed], [
    "text",
    "text",
    true,
  ]);
  assertEquals([Remembering.name, Remembering.error().type], ["Response", "error"]);
  assertEquals(await Remembering.json({ a: 1 }).json(), { a: 1 });
  assertEquals(Remembering.redirect("http://a/", 303).status, 303);
  const called = Remembering as unknown as () => void;
  assertThrows(() => called(), TypeError);
  assertThrows(() => new Remembering("", { status: 1 }), RangeError);
});

test("adoptResponses() knows classes that extend Response", async () => {
  class Derived extends Remembering {
    readonly own = true;
  }
  const derived = new Derived("text");
  assert(derived instanceof Derived && derived instanceof Platform && derived.own);
  assertEquals([await derived.clone().text(), takeText(derived)], ["text", "text"]);
  assert(Derived.error() instanceof Platform && derived.constructor === Derived);
});

test("adoptResponses() of two copies of this library work one before the other", async () => {
  // A module under another address is another one, of the same type.
  const copy = "../../http/adopted_responses.ts?copy";
  const other = await import(copy) as typeof first;
  other.adoptResponses();
  const response = new Response("text");
  assert(Response !== Remembering && response instanceof Remembering);
  assertEquals([takeText(response), other.takeText(response)], ["text", "text"]);
  class Derived extends Response {}
  const derived = new Derived("more");
  assert(derived instanceof Derived);
  assertEquals([takeText(derived), other.takeText(derived)], ["more", "more"]);
});

test("takeText() gives the text a Response was made of, once", () => {
  const response = new Remembering("\ud800 \u20ac");
  const known = [response, new Remembering(null), {}].map((value) => remembersText(value));
  assertEquals(known, [true, false, false]);
  assertEquals([takeText(response), takeText(response)], ["\ud800 \u20ac", null]);
  const others = [null, new Uint8Array(2), new Blob(["a"]), new URLSearchParams("a=b")];
  for (const body of others) assertEquals(takeText(new Remembering(body)), undefined);
  assertEquals(takeText(Response.json("text")), '"text"');
});

test("a Response that was read, or sent, is not sent again", async () => {
  const [read, sent] = [new Remembering("a"), new Remembering("a")];
  await read.text();
  assertThrows(() => readAnswer(read), TypeError, "was read already");
  assertEquals(readAnswer(sent).body, "a");
  assertThrows(() => readAnswer(sent), TypeError, "was read already");
});

test("a Response of text is sent in the same way whether the text is known or not", async () => {
  const made = [Platform, Remembering].map(async (Kind) => {
    const answers = await talk(
      get("/a") + get("/b"),
      (_request, { target }) =>
        new Kind(target + "\u20ac", target === "/b" ? { headers: { "Content-Type": "a/b" } } : {}),
    );
    // Bun does not tell the type of a text by itself.
    return answers.replace(/content-type: text\/plain;charset=utf-8\r\n/i, "").toLowerCase();
  });
  const [before, after] = await Promise.all(made);
  assertEquals(after, before);
  const plain = await talk(get(), () => new Remembering("a"));
  assertEquals(
    /content-type: text\/plain;charset=utf-8\r\n/i.test(plain),
    true,
    `${first.textHasType()}`,
  );
});
