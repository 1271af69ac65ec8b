/**
 * A response that is made when somebody looks at it.
 *
 * @module
 */

import type { MakeResponse } from "./adopted_json.ts";
import { Beside } from "./beside.ts";
import { TEXT } from "./read_reply.ts";
import { headersOf, type ResponseParts } from "./response_parts.ts";

/** What belongs to the class whose responses are made later. */
export interface LightKind {
  readonly Platform: MakeResponse;
  readonly prototype: object;
  /** What gives the fields, unless somebody has put something in its place. */
  readonly headers: unknown;
}

/**
 * Stands in for a `Response`, and becomes one when more is asked than it says. Its methods are for other
 * modules to call with whatever they have: it inherits from the platform's `Response` alone.
 */
export class LightResponse extends Beside {
  readonly #kind: LightKind;
  readonly #parts: ResponseParts;
  /** Has the fields when somebody has asked for them, and no body: that is what costs most. */
  #head: Response | undefined;
  #real: Response | undefined;

  /** Makes `response` a light one, which is nothing yet. */
  constructor(response: object, kind: LightKind, parts: ResponseParts) {
    super(response);
    this.#kind = kind;
    this.#parts = parts;
  }

  /** The response that `value` stands for, made now, when it is a light one; else the value. */
  static unwrap(this: void, value: unknown): unknown {
    return isObject(value) && #parts in value ? value.#become() : value;
  }

  /** What a light response says of which nobody has asked for more. */
  static partsOf(this: void, value: unknown): ResponseParts | undefined {
    const untouched = isObject(value) && #parts in value && value.#real === undefined;
    return untouched ? value.#parts : undefined;
  }

  /** The one that has the fields of a light response; else the value. */
  static headOf(this: void, value: unknown): unknown {
    return isObject(value) && #parts in value ? value.#withFields() : value;
  }

  /**
   * The fields of a light response of which nobody has asked for them, as reading them would give them:
   * names, each with its value behind it. `undefined` for others.
   */
  static fieldsOf(this: void, value: object): readonly string[] | undefined {
    if (!(#parts in value) || value.#head !== undefined || value.#real !== undefined) {
      return undefined;
    }
    const { prototype, headers } = value.#kind;
    const unchanged = Object.getPrototypeOf(value) === prototype &&
      !Object.hasOwn(value, "headers") &&
      Object.getOwnPropertyDescriptor(prototype, "headers")?.get === headers;
    return unchanged ? value.#parts.fields : undefined;
  }

  #withFields(): Response {
    if (this.#head !== undefined) return this.#head;
    if (this.#real !== undefined) return this.#real;
    const { given, type } = this.#parts;
    const head = this.#head = new this.#kind.Platform(null, { headers: headersOf(given) });
    if (type !== undefined) head.headers.append("content-type", type);
    return head;
  }

  #become(): Response {
    // Whoever has the fields may have changed them.
    const real = this.#real ??= this.#make();
    if (this.#head !== undefined) align(real.headers, this.#head.headers);
    return real;
  }

  #make(): Response {
    const { status, statusText, given, type, text } = this.#parts;
    const init = { status, statusText, headers: headersOf(given) };
    const made = new this.#kind.Platform(text, init);
    if (type !== undefined && type !== TEXT) made.headers.set("content-type", type);
    return made;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Makes `headers` say what `wanted` says. */
function align(headers: Headers, wanted: Headers): void {
  if (textOf(headers) === textOf(wanted)) return;
  for (const [name] of [...headers]) headers.delete(name);
  for (const [name, value] of wanted) headers.append(name, value);
}

/** No name has a comma, no value a line end. */
function textOf(headers: Headers): string {
  return [...headers].join("\n");
}
