import { assert, assertEquals, assertThrows } from "#assert";
import type { MakeResponse } from "../../http/adopted_json.ts";
import { adoptResponses } from "../../http/adopted_responses.ts";
import { LightResponse } from "../../http/light_response.ts";
import { lightResponses } from "../../http/response_likeness.ts";
import { readAnswer } from "../../http/read_answer.ts";
import { runtime, test } from "../support/harness.ts";
import { type Case, CASES, type Kind, LOOKS, outcome } from "./response_cases.ts";
import { get, talk } from "./talk.ts";

/** The platform's own. */
const Platform = globalThis.Response as Kind;
const { json: platformJson } = globalThis.Response;
adoptResponses();
const Adopted = globalThis.Response as Kind;
/** One that is made at once, and remembered all the same. */
class Derived extends Adopted {}

/** Whether `response` is to be made when somebody looks at it. */
function isLight(response: Response): boolean {
  return LightResponse.partsOf(response) !== undefined;
}

test("a Response of an adopted class looks as one of the platform's, whatever it is made of", async () => {
  let light = 0;
  for (const [at, make] of CASES.entries()) {
    for (const [name, look] of Object.entries(LOOKS)) {
      const see = (kind: Kind) => outcome(() => look(new kind(...make())));
      assertEquals(await see(Adopted), await see(Platform), `case ${at}: ${name}`);
    }
    const made = await outcome(() => isLight(new Adopted(...make())));
    if (made === true) light++;
  }
  if (runtime === "node") assert(light > 80, `${light} of ${CASES.length} are light`);
  else assertEquals(light, 0);
});

test("a Response of an adopted class looks the same after somebody has looked at it", async () => {
  const names = Object.keys(LOOKS);
  const cases = [
    CASES[0],
    (): [string, unknown] => ["a=1", {
      status: 404,
      headers: { "X-B": "c", "content-type": "application/x-www-form-urlencoded" },
    }],
  ] as Case[];
  for (const make of cases) {
    for (const first of names) {
      for (const second of names) {
        const see = async (kind: Kind) => {
          const response = new kind(...make());
          const one = await outcome(() => LOOKS[first]?.(response));
          return [one, await outcome(() => LOOKS[second]?.(response)), response.bodyUsed];
        };
        assertEquals(await see(Adopted), await see(Platform), `${first}, then ${second}`);
      }
    }
  }
});

test("a Response of an adopted class is sent in the same way, made or not, and only once", async () => {
  for (const [at, make] of CASES.entries()) {
    for (const look of ["none", "status", "headers", "body", "change", "text", "clone", "stream"]) {
      const see = async (kind: Kind) => {
        const response = new kind(...make());
        await outcome(() => LOOKS[look]?.(response));
        const answers = [0, 1].map(() => outcome(() => readAnswer(response)));
        const [one, other] = await Promise.all(answers.map(told));
        return [one, other, response.bodyUsed, await outcome(() => response.text())];
      };
      const [adopted, derived] = [Adopted, Derived].map((kind) => outcome(() => see(kind)));
      assertEquals(await adopted, await derived, `case ${at}, after ${look}`);
    }
  }
});

/** An answer, with what can be compared of its body. */
async function told(answer: Promise<unknown>): Promise<unknown> {
  const given = await answer as { body?: unknown };
  const { body } = given;
  return { ...given, body: typeof body === "object" && body !== null ? "parts" : body };
}

test("a Response of an adopted class that is sent as it is made of nothing but what it says", () => {
  const response = new Adopted("a", { status: 201, headers: { a: "b" } });
  const type = "content-type: text/plain;charset=UTF-8\r\n";
  assertEquals(readAnswer(response).lines.replace(/content-type.*\r\n/i, type), `a: b\r\n${type}`);
  assertEquals(LightResponse.fieldsOf(response) !== undefined, runtime === "node");
});

test("a Response of an adopted class gives the same bytes on a connection", async () => {
  const inputs = [get(), get("/", "Connection: close\r\n"), get().replace("GET", "HEAD")];
  for (const [at, make] of CASES.entries()) {
    if (at % 6 > 0) continue;
    const [adopted, derived] = [Adopted, Derived].map((kind) =>
      talk((inputs[at % 3] ?? "") + get("/b"), () => new kind(...make()))
    );
    assertEquals(await adopted, await derived, `case ${at}`);
  }
});

test("a Response of an adopted class has what the platform's have, and that knows both", () => {
  const response = new Adopted("a");
  assertEquals(Object.getPrototypeOf(response) === Platform.prototype, true);
  assert(response instanceof Platform && response instanceof Adopted);
  assert(Object.prototype.isPrototypeOf.call(Platform.prototype, response));
  assertEquals([response.constructor === Response, isLight(response)], [true, runtime === "node"]);
  const { text, clone } = Platform.prototype;
  assertEquals([text.name, text.length, clone.name], ["text", 0, "clone"]);
  const { get } = Object.getOwnPropertyDescriptor(Platform.prototype, "status") ?? {};
  assertEquals([get?.call(response), get?.call(new Platform(""))], [200, 200]);
  // Elsewhere they are the platform's, and each has its own.
  if (runtime !== "node") return;
  assert(!("prototype" in text));
  assertEquals([response.headers.get("a"), isLight(response)], [null, true]);
  for (
    const other of [{}, null, Platform.prototype, Object.create(response), new Proxy(response, {})]
  ) {
    assertThrows(() => get?.call(other), TypeError);
  }
});

test("a Response of an adopted class is what somebody has made of its class, or of it", async (t) => {
  const { prototype } = Platform;
  const patch = (name: "text" | "headers" | "status", change: PropertyDescriptor) => {
    const before = Object.getOwnPropertyDescriptor(prototype, name) ?? {};
    Object.defineProperty(prototype, name, { ...before, ...change });
    const restore = () => void Object.defineProperty(prototype, name, before);
    t.defer(restore);
    return { before, restore };
  };
  const { before, restore } = patch("text", { value: () => Promise.resolve("patched") });
  const response = new Adopted("a");
  assertEquals(await response.text(), "patched");
  // As it is: a function.
  assertEquals(await (before.value as () => Promise<string>).call(response), "a");
  restore();
  // There the getters are not to be changed.
  if (runtime === "bun") return;
  const { restore: again } = patch("headers", { get: () => new Headers({ "x-patched": "1" }) });
  assertEquals(readAnswer(new Adopted("b")).lines.includes("x-patched: 1\r\n"), true);
  again();
  patch("status", { get: () => 418 });
  assertEquals(readAnswer(new Adopted("c")).status, 418);
  const changed = Object.defineProperty(new Adopted("d"), "headers", {
    value: new Headers({ a: "b" }),
  });
  assertEquals(readAnswer(changed).lines.startsWith("a: b\r\n"), true);
  const moved = new Adopted("e");
  Object.setPrototypeOf(moved, {
    __proto__: prototype,
    get headers() {
      return new Headers({ c: "d" });
    },
  });
  assertEquals(readAnswer(moved).lines.startsWith("c: d\r\n"), true);
});

test("lightResponses() leaves alone a class that is not the one it is for, and one that is frozen", () => {
  const printed = Symbol.for("nodejs.util.inspect.custom");
  const made = [false, true].map((frozen) => {
    class Other {
      get headers(): Headers {
        return new Headers();
      }
      [printed](): string {
        return "";
      }
    }
    if (frozen) Object.freeze(Other.prototype);
    else Reflect.deleteProperty(Other.prototype, printed);
    return lightResponses(Other as unknown as MakeResponse);
  });
  assertEquals(made, [undefined, undefined]);
});

test("Response.json() of an adopted class is made later too", async () => {
  const init = { status: 201, headers: { "X-B": "c" } };
  const light = Response.json({ a: 1 }, init);
  assertEquals(isLight(light), runtime === "node");
  const sent = [light, platformJson({ a: 1 }, init)].map((each) => talk(get(), () => each));
  assertEquals(await sent[0], await sent[1]);
});

test("WebAssembly takes a Response of an adopted class, or not, as one of the platform's", async () => {
  // As what it is here: not every runtime has all of it. Hence the cast.
  const { WebAssembly: platform } = globalThis as unknown as {
    WebAssembly: { compileStreaming?: (from: Response) => unknown };
  };
  const { compileStreaming } = platform;
  for (const type of ["application/wasm", "text/plain"]) {
    for (const text of ["\0asm\x01\0\0\0", "no module"]) {
      const see = async (kind: Kind) => {
        const response = new kind(text, { headers: { "content-type": type } });
        const found = await outcome(async () => String(await compileStreaming?.(response)));
        return [found, response.bodyUsed];
      };
      assertEquals(await see(Adopted), await see(Platform), `${type}, ${text}`);
    }
  }
});
