/**
 * Knows the text that a `Response` was made of.
 *
 * @module
 */

import { putBefore, whenNamed } from "./adopted_globals.ts";

type Make = new (body?: unknown, init?: unknown) => object;

/** Returns what it is given, so that a class that extends it puts its fields there. */
class There {
  constructor(there: object) {
    return there;
  }
}

/** The text of a response, beside it, where nobody else finds it. */
class Text extends There {
  #text: string | null;

  constructor(response: object, text: string) {
    super(response);
    this.#text = text;
  }

  /** The text, once: then `null`. `undefined` when it is not known. */
  static take(response: object): string | null | undefined {
    if (!(#text in response)) return undefined;
    const text = response.#text;
    response.#text = null;
    return text;
  }
}

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
  const { Response: Platform } = globalThis as unknown as { readonly Response: Make };
  return [...(new Platform("") as { readonly headers: Headers }).headers].length > 0;
}

let adopted = false;

/**
 * From now on, a `Response` that is made of text is remembered with it. To read it back through the
 * stream of its body would cost as much as a fifth of a whole request over a socket, or more.
 *
 * What is made is the platform's, as before; a proxy makes it. Done once.
 */
export function adoptResponses(): void {
  if (adopted) return;
  adopted = true;
  whenNamed("Response", (Platform: Make) => {
    putBefore("Response", Platform, {
      construct: (target, args: readonly unknown[], newTarget) => {
        const [body, init] = args;
        // Most are made by the global itself, and `new` is the fastest way then.
        const made = newTarget.prototype === target.prototype
          ? new target(body, init)
          : Reflect.construct(target, args, newTarget) as object;
        return typeof body === "string" ? new Text(made, body) : made;
      },
    });
  });
}
