/**
 * Knows the text that a `Response` was made of.
 *
 * @module
 */

import { put } from "./adopted_requests.ts";

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

/** Whether the platform's own `Response` of a text tells a Content-Type. */
export let textHasType = true;

let adopted = false;

/**
 * From now on, a `Response` that is made of text is remembered with it. To read it back through the
 * stream of its body would cost three to five times as much as all the rest of a request.
 *
 * What is made is the platform's, as before; another function makes it. Done once.
 */
export function adoptResponses(): void {
  if (adopted) return;
  adopted = true;
  // As what it is here: a function that is called with anything. Hence the casts.
  const { Response: Platform } = globalThis as unknown as { readonly Response: Make };
  textHasType = [...(new Platform("") as { readonly headers: Headers }).headers].length > 0;
  const Remembering = function Response(body?: unknown, init?: unknown): object {
    if (new.target === undefined) throw new TypeError("Cannot call Response without new");
    const made = new.target === Remembering
      ? new Platform(body, init)
      : Reflect.construct(Platform, [body, init], new.target) as object;
    return typeof body === "string" ? new Text(made, body) : made;
  };
  Object.setPrototypeOf(Remembering, Platform);
  Object.defineProperty(Remembering, "prototype", { value: Platform.prototype, writable: false });
  put("Response", Remembering);
}
