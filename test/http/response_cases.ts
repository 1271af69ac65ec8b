/** Responses of many kinds, and what can be seen of one. */

import { inspect } from "node:util";

/** What a response is made of, new each time: a stream can be taken once. */
export type Case = () => [body?: unknown, init?: unknown];

/** A response as a class, to be made of anything. */
export type Kind = new (body?: unknown, init?: unknown) => Response;

const BODIES: readonly (() => unknown)[] = [
  () => "text",
  () => "",
  () => "\ud800 \u20ac\u00e9",
  () => '{"a":1}',
  () => "a=1&b=2",
  () => null,
  () => undefined,
  () => 12,
  () => ({ toString: () => "made" }),
  () => new Uint8Array([65, 66]),
  () => new Uint8Array([65, 66, 67]).buffer,
  () => new Blob(["blob"], { type: "a/b" }),
  () => new URLSearchParams("a=b"),
  () => new ReadableStream({ start: (c) => (c.enqueue(new Uint8Array([67])), c.close()) }),
  () => Symbol("no body"),
];

const STATUSES: readonly unknown[] = [
  ...[undefined, 200, 201, 204, 205, 299, 300, 304, 404, 500, 599],
  ...[null, 0, 101, 199, 600, 200.5, "201", NaN, -1, 65736, {}],
];

const REASONS: readonly unknown[] = [
  ...[undefined, "", "Fine", "caf\u00e9", "a\tb", " a "],
  ...[null, 5, "a\r\nb", "\u20ac", "a\0b"],
];

class Fields {
  readonly a = "b";
}

const HEADERS: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => ({}),
  () => ({ "X-B": "2", "x-a": "1", "Content-Type": "text/html" }),
  () => ({ "content-type": "application/json" }),
  () => ({ "CONTENT-TYPE": "" }),
  () => ({ "content-type": "multipart/form-data; boundary=x" }),
  () => ({ "content-type": "application/x-www-form-urlencoded" }),
  () => ({ b: "1", B: "2" }),
  () => ({ a: " padded\t" }),
  () => ({ a: "" }),
  () => ({ a: "caf\u00e9", "a-b": "x", ab: "y", "a_b": "z", "a!": "w" }),
  () => ({ a: 5 }),
  () => ({ a: undefined }),
  () => ({ "bad name": "x" }),
  () => ({ "": "x" }),
  () => ({ a: "b\r\nc" }),
  () => ({ a: "b\0c" }),
  () => ({ a: "b\x01c" }),
  () => ({ a: "\u20ac" }),
  () => ({ a: "b", [Symbol("s")]: "c" }),
  () => Object.defineProperty({ a: "b" }, "hidden", { value: "c" }),
  () => Object.assign(Object.create(null), { a: "b" }) as unknown,
  () => Object.create({ inherited: "b" }) as unknown,
  () => new Fields(),
  () => [],
  () => [["b", "2"], ["a", "1"], ["c", "3"]],
  () => [["a", "1"], ["A", "2"]],
  () => [["Set-Cookie", "a"], ["x", "y"], ["set-cookie", "b"]],
  () => [["a"]],
  () => [["a", "b", "c"]],
  () => [{ 0: "a", 1: "b", length: 2 }],
  () => ["ab"],
  () => new Map([["a", "b"]]),
  () => new Headers({ "X-B": "2", a: "1" }),
  () => {
    const headers = new Headers({ "content-type": "a/b" });
    for (const value of ["1", "2"]) headers.append("Set-Cookie", value);
    headers.append("a", "1");
    headers.append("a", "2");
    return headers;
  },
  () => Object.create(Headers.prototype) as unknown,
  () => "a",
  () => 5,
  () => ({ "Content-Length": "4" }),
  () => ({ "Content-Length": "x", Connection: "close", "Transfer-Encoding": "chunked", Date: "d" }),
];

const INITS: readonly (() => unknown)[] = [
  () => null,
  () => 5,
  () => ({}),
  () => [],
  () => new Map(),
  () => ({ url: "http://a/", type: "error", other: 1 }),
  () => new Response("other", { status: 404, statusText: "Lost", headers: { a: "b" } }),
  () => Object.freeze({ status: 202 }),
  () => Object.create({ status: 203 }) as unknown,
];

/** Every kind of body with every kind of options, and the options with each other, as far as they differ. */
export const CASES: readonly Case[] = [
  ...BODIES.flatMap((body) => [
    (): [unknown] => [body()],
    ...STATUSES.map((status): Case => () => [body(), { status }]),
    ...[3, 8, 28].map((at): Case => () => [body(), { headers: HEADERS[at]?.() }]),
  ]),
  ...[0, 5].flatMap((at) => [
    ...REASONS.map((statusText): Case => () => [BODIES[at]?.(), { statusText, status: 201 }]),
    ...HEADERS.map((headers): Case => () => [BODIES[at]?.(), { headers: headers() }]),
    ...INITS.map((init): Case => () => [BODIES[at]?.(), init()]),
  ]),
  ...[3, 4].flatMap((at) =>
    [4, 6, 7].map((other): Case => () => [BODIES[at]?.(), { headers: HEADERS[other]?.() }])
  ),
  () => [],
];

/** What can be asked of a response. */
export const LOOKS: Readonly<Record<string, (response: Response) => unknown>> = {
  status: ({ status, statusText, ok }) => [status, statusText, ok],
  place: ({ type, url, redirected }) => [type, url, redirected],
  headers: ({ headers }) => [...headers],
  sameHeaders: (response) => response.headers === response.headers,
  body: ({ body }) => [body === null, body?.locked],
  sameBody: (response) => response.body === response.body,
  bodyUsed: ({ bodyUsed }) => bodyUsed,
  text: (response) => response.text(),
  json: (response) => response.json(),
  bytes: async (response) => [...await response.bytes()],
  arrayBuffer: async (response) => (await response.arrayBuffer()).byteLength,
  blob: async (response) => {
    const blob = await response.blob();
    return [blob.type, await blob.text()];
  },
  // It is deprecated for what it holds in memory.
  formData: async (response) => {
    const read = Reflect.get(response, "formData") as () => Promise<FormData>;
    return [...await read.call(response)];
  },
  clone: async (response) => {
    const copy = response.clone();
    return [copy.status, copy.statusText, [...copy.headers], await copy.text()];
  },
  copy: async (response) => {
    const { body } = response;
    const copy = new Response(body, response);
    return [copy.status, copy.statusText, [...copy.headers], await copy.text()];
  },
  options: (response) => {
    const made = new Response(null, response);
    return [made.status, made.statusText, [...made.headers]];
  },
  change: async (response) => {
    response.headers.set("X-Set", "1");
    response.headers.delete("content-type");
    const copy = response.clone();
    const { type } = await response.blob();
    return [[...response.headers], [...copy.headers], type];
  },
  changeLater: async (response) => {
    const copy = response.clone();
    response.headers.append("x-later", "1");
    const later = response.clone();
    return [[...copy.headers], [...later.headers], await response.text()];
  },
  stream: async ({ body }) => body && [...(await body.getReader().read()).value ?? []],
  keys: (response) => {
    const inherited: string[] = [];
    for (const key in response) inherited.push(key);
    return [Reflect.ownKeys(response).length, inherited, Object.keys(Object.assign({}, response))];
  },
  tag: (response) => [String(response), response.constructor.name],
  clonable: (response) => String(structuredClone(response)),
  inspected: (response) => inspect(response),
  inspectedLater: (response) => {
    response.headers.set("x-a", "b");
    const before = inspect(response);
    response.headers.set("x-a", "c");
    return [before, inspect(response)];
  },
};

/** What `run` gives, or what it throws: of which class, and with which words. */
export async function outcome(run: () => unknown): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Error)) return ["thrown", String(error)];
    return [error.name, error.constructor.name, error.name === "DataCloneError" || error.message];
  }
}
