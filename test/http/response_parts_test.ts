import { assertEquals } from "#assert";
import { partsOf } from "../../http/response_parts.ts";
import { test } from "../support/harness.ts";

const TYPE = ["content-type", "text/plain;charset=UTF-8"];

test("partsOf() tells what a response says, its fields in order", () => {
  const plain = { status: 200, statusText: "", given: [], type: TYPE[1], fields: TYPE };
  assertEquals(partsOf("a", undefined), { ...plain, text: "a" });
  assertEquals(partsOf("", {}), { ...plain, text: "" });
  const none = { ...plain, type: undefined, fields: [], text: null };
  for (const body of [null, undefined]) assertEquals(partsOf(body, undefined), none);
  const init = { status: 404, statusText: "Lost", headers: { "X-B": "2", a: "1" } };
  const given = ["X-B", "2", "a", "1"];
  const said = { status: 404, statusText: "Lost", given, text: "a" };
  assertEquals(partsOf("a", init), {
    ...said,
    type: TYPE[1],
    fields: ["a", "1", ...TYPE, "x-b", "2"],
  });
  const json = partsOf("a", { ...init, headers: Object.entries(init.headers) }, "a/json");
  const fields = ["a", "1", "content-type", "a/json", "x-b", "2"];
  assertEquals(json, { ...said, type: "a/json", fields });
  assertEquals(partsOf("a", { headers: { "Content-Type": "b/c" } }), {
    ...plain,
    given: ["Content-Type", "b/c"],
    type: undefined,
    fields: ["content-type", "b/c"],
    text: "a",
  });
});

test("partsOf() keeps fields as they are now", () => {
  const headers = new Headers([["Set-Cookie", "1"], ["set-cookie", "2"], ["a", "1"]]);
  const record = { a: "1" };
  const list = [["a", "1"]];
  const made = [headers, record, list].map((given) => partsOf(null, { headers: given }));
  headers.set("a", "2");
  record.a = "2";
  list[0] = ["a", "2"];
  assertEquals(made.map((parts) => parts?.fields), [
    ["a", "1", "set-cookie", "1", "set-cookie", "2"],
    ["a", "1"],
    ["a", "1"],
  ]);
  assertEquals(new Headers(made[0]?.given as Headers).get("a"), "1");
});

test("partsOf() leaves to the platform whatever is not plain, and what cannot be", () => {
  const bodies = [1, true, {}, new Uint8Array(1), Symbol("a"), () => "a", Object("a")];
  for (const body of bodies) assertEquals(partsOf(body, undefined), undefined, typeof body);
  const inits: unknown[] = [
    ...[null, 1, "a", [], new Map(), new Response("a"), Object.create({ status: 201 })],
    ...[199, 600, 200.5, "200", null, NaN].map((status) => ({ status })),
    ...[null, 1, "a\nb", "\u20ac", "\x7f"].map((statusText) => ({ statusText })),
  ];
  const headers: unknown[] = [
    ...[null, 1, "a", new Map([["a", "b"]]), new Set(), Object.create({ a: "b" })],
    ...[1, undefined, null, " a", "a\t", "a\nb", "a\0", "\x01", "\u20ac"].map((a) => ({ a })),
    ...["", "a b", "\u00e9", "a:"].map((name) => ({ [name]: "b" })),
    ...[{ a: "b", [Symbol("s")]: "c" }, Object.defineProperty({}, "a", { value: "b" })],
    ...[{ a: "1", A: "2" }, [["a", "1"], ["a", "2"]], [["a"]], ["ab"], [["a", "b", "c"]], [[
      1,
      "a",
    ]]],
    Object.assign([["a", "b"]], { [Symbol.iterator]: () => [].values() }),
  ];
  inits.push(...headers.map((given) => ({ headers: given })));
  for (const [at, init] of inits.entries()) {
    for (const body of ["a", null]) assertEquals(partsOf(body, init), undefined, `${at}`);
  }
  for (const status of [204, 205, 304]) {
    assertEquals([partsOf("", { status }), partsOf(null, { status })?.status], [undefined, status]);
  }
});

test("partsOf() knows more names than it remembers", () => {
  const names = Array.from({ length: 300 }, (_, at) => `X-${at}`);
  for (let round = 0; round < 2; round++) {
    const all = names.map((name) => partsOf(null, { headers: { [name]: "a" } })?.fields[0]);
    assertEquals(all, names.map((name) => name.toLowerCase()));
  }
  const long = "X".repeat(1000);
  assertEquals(partsOf(null, { headers: { [long]: "a" } })?.fields[0], long.toLowerCase());
});
