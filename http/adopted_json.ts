/**
 * Knows the text that `Response.json()` makes a response of.
 *
 * @module
 */

import { headersOf, partsOf, type ResponseParts } from "./response_parts.ts";

/** What makes a response. */
export type MakeResponse = new (body?: unknown, init?: unknown) => Response;

/**
 * Puts a proxy before `Platform.json`, which makes the text itself, and gives it to `made` with the response
 * of it, which is the platform's, or what `light` makes; what that returns is the response. Options that are not plain are the
 * platform's to read. The Fetch standard, section 5.5.
 */
export function adoptJson(
  Platform: MakeResponse,
  made: (response: object, text: string) => object,
  light?: (parts: ResponseParts) => object,
): void {
  const before = Object.getOwnPropertyDescriptor(Platform, "json");
  if (typeof before?.value !== "function" || before.writable !== true) return;
  // What it is, the standard says.
  const json = before.value as (data: unknown, init?: unknown) => Response;
  // Each platform has its own word for it.
  let type: string | undefined;
  let plain: object | undefined;
  const value = new Proxy(json, {
    apply: (target, self, args: unknown[]): unknown => {
      const [data, init] = args;
      type ??= json.call(Platform, 0).headers.get("content-type") ?? "";
      plain ??= { headers: { "content-type": type } };
      const parts = partsOf("", init, type);
      const text = parts && textOf(data);
      if (parts === undefined || text === undefined) return Reflect.apply(target, self, args);
      if (light !== undefined) return made(light({ ...parts, text }), text);
      const options = init === undefined ? plain : initOf(parts);
      const response = new Platform(text, options);
      // One platform forgets them in a copy, unless somebody has looked at them.
      void response.headers;
      return made(response, text);
    },
  });
  Object.defineProperty(Platform, "json", { ...before, value });
}

/** The data as JSON; `undefined` when it has none, which is the platform's to say. */
function textOf(data: unknown): string | undefined {
  try {
    return JSON.stringify(data);
  } catch {
    return undefined;
  }
}

function initOf({ status, statusText, given, type }: ResponseParts): object {
  const headers = new Headers(headersOf(given));
  if (type !== undefined) headers.append("content-type", type);
  return { status, statusText, headers };
}
