import { assertEquals } from "#assert";
import { adoptJson, type MakeResponse } from "../../http/adopted_json.ts";
import { adoptResponses, takeText } from "../../http/adopted_responses.ts";
import { runtime, test } from "../support/harness.ts";
import { CASES, LOOKS, outcome } from "./response_cases.ts";
import { get, talk } from "./talk.ts";

/** The platform's own. */
const { Response: Platform } = globalThis;
const before = Object.getOwnPropertyDescriptor(Platform, "json");
const { json: platformJson } = Platform;
adoptResponses();
const { json: adoptedJson } = globalThis.Response;

const circle: Record<string, unknown> = {};
circle["circle"] = circle;
const DATA = [{ a: ["\u20ac", "\ud800"] }, "text", null, undefined, 1n, circle, () => 1, ""];

test("adoptJson() changes nothing that is seen of what Response.json() gives", async () => {
  const inits = CASES.map((make) => make()[1]).filter((_, at) => at % 17 === 0);
  // There the platform's own forget their type in a copy, with some options.
  const copies = runtime === "deno" ? ["clone", "changeLater"] : [];
  const looks = Object.keys(LOOKS).filter((name) => !copies.includes(name));
  for (const [at, init] of inits.entries()) {
    const args = [DATA[at % DATA.length], init];
    for (const name of looks) {
      const see = (json: unknown) =>
        outcome(() => LOOKS[name]?.(Reflect.apply(json as () => Response, Response, args)));
      assertEquals(await see(adoptedJson), await see(platformJson), `${at}: ${name}`);
    }
  }
  const headers = new Headers([["a", "1"], ["Set-Cookie", "1"], ["set-cookie", "2"]]);
  for (const args of [[], [1], [{ a: 1 }, undefined], [1, { headers }]]) {
    const see = (json: unknown) =>
      outcome(async () => {
        const response = Reflect.apply(json as () => Response, Response, args);
        const copy = response.clone();
        const { headers, constructor } = response;
        return [await response.text(), [...headers], [...copy.headers], constructor === Response];
      });
    assertEquals(await see(adoptedJson), await see(platformJson), `${args.length}`);
  }
  assertEquals([adoptedJson.name, adoptedJson.length], ["json", platformJson.length]);
  const after = Object.getOwnPropertyDescriptor(Platform, "json");
  assertEquals({ ...after, value: platformJson }, before);
  class Other extends Response {}
  assertEquals([await Other.json([1]).json(), "prototype" in adoptedJson], [[1], false]);
});

test("adoptJson() remembers the text, which is sent as before", async () => {
  const init = { status: 201, headers: { "X-B": "c" } };
  assertEquals(takeText(adoptedJson({ a: 1 }, init)), '{"a":1}');
  assertEquals(takeText(adoptedJson("text")), '"text"');
  const extended = Object.create(init) as typeof init;
  assertEquals(takeText(adoptedJson("text", extended)), undefined);
  for (const options of [undefined, init]) {
    const sent = [adoptedJson, platformJson].map((json) =>
      talk(get("/a") + get("/b"), (request) => json({ url: request.url, text: "\u20ac" }, options))
    );
    assertEquals(await sent[0], await sent[1]);
  }
});

test("adoptJson() leaves alone a class that has none, or whose own must not be changed", () => {
  for (
    const Kind of [
      class {},
      Object.freeze(
        class {
          static json(): void {}
        },
      ),
    ]
  ) {
    const before = Object.getOwnPropertyDescriptors(Kind);
    // As what it is not.
    adoptJson(Kind as unknown as MakeResponse, (response) => response);
    assertEquals(Object.getOwnPropertyDescriptors(Kind), before);
  }
});
