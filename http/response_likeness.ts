/**
 * Makes light responses what the platform's are.
 *
 * @module
 */

import type { MakeResponse } from "./adopted_json.ts";
import { type LightKind, LightResponse } from "./light_response.ts";
import type { ResponseParts } from "./response_parts.ts";

/** Makes a light response of what it says. */
export type LightMaker = (parts: ResponseParts) => object;

/** What Node prints its own objects by. */
const PRINTED = Symbol.for("nodejs.util.inspect.custom");
/** What says of a getter that it knows light responses: those of another copy of this library, too. */
const KNOWING = Symbol.for("@incoming/net/light_response");

/** What is known without a real one. */
const SAID: Readonly<Record<string, (parts: ResponseParts) => unknown>> = {
  status: ({ status }) => status,
  statusText: ({ statusText }) => statusText,
  ok: ({ status }) => status < 300,
  bodyUsed: () => false,
};

/**
 * Makes the getters and functions that the responses of `Platform` have know light ones too. Gives what makes
 * light ones, which have these and inherit from nothing else; `undefined` where there cannot be any.
 *
 * Where a server of the runtime's own is given responses it looks into them, so there they must be its
 * own. The one platform without is told by what its objects are printed by; and there a `Response` of
 * text costs as much as all the rest of a request, since it makes a stream of the text.
 */
export function lightResponses(Platform: MakeResponse): LightMaker | undefined {
  const prototype = Reflect.get(Platform, "prototype") as object;
  const members = Object.getOwnPropertyDescriptors(prototype) as Members;
  const keys = Reflect.ownKeys(members);
  const { get } = members["headers"] ?? {};
  if (!Object.hasOwn(prototype, PRINTED) || get === undefined || KNOWING in get) return undefined;
  if (!keys.every((key) => members[key]?.configurable)) return undefined;
  for (const key of keys) {
    const member = knowing(key, members[key] ?? {});
    if (member !== undefined) Object.defineProperty(prototype, key, member);
  }
  const headers = Object.getOwnPropertyDescriptor(prototype, "headers")?.get ?? get;
  Object.defineProperty(headers, KNOWING, { value: true });
  const kind: LightKind = { Platform, prototype, headers };
  // What a generator gives cannot be cloned, as a response cannot; and it inherits from what that says.
  function* shell(): Generator {}
  Object.defineProperty(shell, "prototype", { value: prototype });
  return (parts) => new LightResponse(shell(), kind, parts);
}

type Members = Readonly<Record<PropertyKey, PropertyDescriptor>>;

/** The same for light responses too, if it is a getter or a function. */
function knowing(key: PropertyKey, member: PropertyDescriptor): PropertyDescriptor | undefined {
  const { get, value }: PropertyDescriptor = member;
  if (get !== undefined) return { get: named(get, getter(key, get)) };
  // Their class is the same.
  if (typeof value !== "function" || key === "constructor") return undefined;
  // It prints what it finds by their names.
  if (key === PRINTED) return undefined;
  const { method } = {
    method(this: unknown, ...args: unknown[]): unknown {
      return Reflect.apply(value, LightResponse.unwrap(this), args);
    },
  };
  return { value: named(value, method) };
}

function getter(key: PropertyKey, get: () => unknown): () => unknown {
  const said = typeof key === "string" && Object.hasOwn(SAID, key) ? SAID[key] : undefined;
  const find = key === "headers" ? LightResponse.headOf : LightResponse.unwrap;
  // As methods, since these are no constructors.
  const { direct, made } = {
    direct(this: unknown): unknown {
      const parts = LightResponse.partsOf(this);
      return parts === undefined || said === undefined ? get.call(find(this)) : said(parts);
    },
    made(this: unknown): unknown {
      return get.call(find(this));
    },
  };
  return said === undefined ? made : direct;
}

/** Gives a function the name and length of another one. */
function named<T extends object>(of: object, to: T): T {
  for (const key of ["name", "length"]) {
    const own = Object.getOwnPropertyDescriptor(of, key);
    if (own !== undefined) Object.defineProperty(to, key, own);
  }
  return to;
}
