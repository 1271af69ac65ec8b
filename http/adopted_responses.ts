/**
 * Knows the text that a `Response` was made of.
 *
 * @module
 */

import { adoptJson, type MakeResponse } from "./adopted_json.ts";
import { putBefore, whenNamed } from "./adopted_globals.ts";
import { Beside } from "./beside.ts";
import { type LightMaker, lightResponses } from "./response_likeness.ts";
import { partsOf } from "./response_parts.ts";

/** The text of a response, beside it, where nobody else finds it. */
class Text extends Beside {
  #text: string | null;

  constructor(response: object, text: string) {
    super(response);
    this.#text = text;
  }

  static isKnownOf(this: void, value: object): value is Response {
    return #text in value;
  }

  /** The text, once: then `null`. `undefined` when it is not known. */
  static take(response: object): string | null | undefined {
    if (!(#text in response)) return undefined;
    const text = response.#text;
    response.#text = null;
    return text;
  }
}

/** Whether `value` is a response that was made of text, and is remembered with it. */
export const remembersText: (value: object) => value is Response = Text.isKnownOf;

/**
 * The text that `response` was made of, the first time; then `null`. `undefined` when that is not
 * known: then its body has to be read.
 */
export function takeText(response: object): string | null | undefined {
  return Text.take(response);
}

let hasType: boolean | undefined;

/** Whether the platform's own `Response` of a text tells a Content-Type. */
export function textHasType(): boolean {
  return hasType ??= tellsType();
}

function tellsType(): boolean {
  // As what it is here: a function that is called with anything. Hence the casts.
  const { Response: Platform } = globalThis as unknown as { readonly Response: MakeResponse };
  return [...new Platform("").headers].length > 0;
}

let adopted = false;

/**
 * From now on, a `Response` that is made of text is remembered with it. To read it back through the
 * stream of its body would cost as much as a fifth of a whole request over a socket, or more.
 *
 * What is made is the platform's, as before; a proxy makes it. Where that costs as much as a whole request
 * over a socket, and can be seen by nobody, it is made later: see {@linkcode lightResponses}. Done once.
 */
export function adoptResponses(): void {
  if (adopted) return;
  adopted = true;
  whenNamed("Response", (Platform: MakeResponse) => {
    // Not before it is known that the global can be replaced.
    const later: { light?: LightMaker | undefined } = {};
    const put = putBefore("Response", Platform, {
      construct: (target, args: readonly unknown[], newTarget) => {
        const [body, init] = args;
        const made = newTarget.prototype === target.prototype
          ? make(target, later.light, body, init)
          : Reflect.construct(target, args, newTarget) as object;
        return typeof body === "string" ? new Text(made, body) : made;
      },
    });
    if (!put) return;
    later.light = lightResponses(Platform);
    adoptJson(Platform, (response, text) => new Text(response, text), later.light);
  });
}

/** Makes what is asked of the global itself, as most are. */
function make(
  target: MakeResponse,
  light: LightMaker | undefined,
  body: unknown,
  init: unknown,
): object {
  const parts = light && partsOf(body, init);
  return light && parts ? light(parts) : new target(body, init);
}
