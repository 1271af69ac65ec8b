import { assertEquals } from "#assert";
import type { MakeResponse } from "../../http/adopted_json.ts";
import { LightResponse } from "../../http/light_response.ts";
import { partsOf, type ResponseParts } from "../../http/response_parts.ts";
import { test } from "../support/harness.ts";

/** Counts what is made. */
class Counted extends Response {
  static made = 0;

  constructor(...args: ConstructorParameters<typeof Response>) {
    super(...args);
    Counted.made++;
  }
}

const get = () => undefined;
const prototype = Object.create(null, { headers: { get, configurable: true } }) as object;
// It is called with anything, as the platform's own is.
const kind = { Platform: Counted as MakeResponse, prototype, headers: get };

function light(body: unknown, init?: unknown, type?: string): object {
  Counted.made = 0;
  // All of these are plain.
  const parts = partsOf(body, init, type) as ResponseParts;
  return new LightResponse(Object.create(prototype) as object, kind, parts);
}

test("LightResponse.unwrap() makes a response once, and gives everything else as it is", async () => {
  const one = light("text", { status: 404, statusText: "Lost", headers: { a: "b" } });
  assertEquals(Counted.made, 0);
  const real = LightResponse.unwrap(one) as Response;
  assertEquals([LightResponse.unwrap(one) === real, Counted.made], [true, 1]);
  const { status, statusText, headers } = real;
  assertEquals([status, statusText, headers.get("a"), await real.text()], [
    404,
    "Lost",
    "b",
    "text",
  ]);
  const others = [undefined, null, 1, "a", {}, real];
  for (const other of others) assertEquals(LightResponse.unwrap(other), other);
  const json = LightResponse.unwrap(light("1", {}, "a/json")) as Response;
  assertEquals(json.headers.get("content-type"), "a/json");
});

test("LightResponse.partsOf() tells what one says that is nothing yet", () => {
  const one = light("text");
  assertEquals(LightResponse.partsOf(one)?.text, "text");
  LightResponse.headOf(one);
  assertEquals(LightResponse.partsOf(one)?.text, "text");
  LightResponse.unwrap(one);
  for (const other of [one, {}, null, 1]) assertEquals(LightResponse.partsOf(other), undefined);
});

test("LightResponse.headOf() has the fields, which stay what they are when the rest is made", async () => {
  const headers = new Headers({ "X-A": "b" });
  for (const init of [{ headers }, { headers: { "X-A": "b" } }]) {
    const one = light("text", init, "a/text");
    const head = LightResponse.headOf(one) as Response;
    assertEquals([...head.headers], [["content-type", "a/text"], ["x-a", "b"]]);
    assertEquals([head.body, LightResponse.headOf(one) === head], [null, true]);
    head.headers.delete("content-type");
    head.headers.append("X-A", "c");
    const real = LightResponse.unwrap(one) as Response;
    assertEquals([[...real.headers], await real.text()], [[["x-a", "b, c"]], "text"]);
    head.headers.set("later", "d");
    LightResponse.unwrap(one);
    assertEquals(real.headers.get("later"), "d");
    assertEquals([LightResponse.headOf(one) === head, Counted.made], [true, 2]);
  }
  assertEquals([...headers], [["x-a", "b"]]);
  const made = light(null);
  assertEquals(LightResponse.unwrap(made) === LightResponse.headOf(made), true);
  for (const other of [{}, null, 1]) assertEquals(LightResponse.headOf(other), other);
});

test("LightResponse.fieldsOf() tells fields only while reading them would give the same", () => {
  const fields = ["content-type", "text/plain;charset=UTF-8"];
  const of = LightResponse.fieldsOf;
  assertEquals([of(light("a")), of(light(null)), of({})], [fields, [], undefined]);
  const [made, seen] = [light("a"), light("a")];
  LightResponse.unwrap(made);
  LightResponse.headOf(seen);
  const own = Object.defineProperty(light("a"), "headers", { value: new Headers() });
  const moved = Object.setPrototypeOf(light("a"), Object.create(prototype) as object) as object;
  const before = Object.getOwnPropertyDescriptor(prototype, "headers") ?? {};
  const rest = light("a");
  for (const other of [made, seen, own, moved]) assertEquals(of(other), undefined);
  Object.defineProperty(prototype, "headers", { ...before, get: () => new Headers() });
  assertEquals(of(rest), undefined);
  Object.defineProperty(prototype, "headers", before);
  assertEquals(of(rest), fields);
});
