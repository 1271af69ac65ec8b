/**
 * Makes the platform take lazy requests for requests.
 *
 * @module
 */

import { inheritFromRequest, LazyRequest } from "./lazy_request.ts";

let adopted = false;

/**
 * Lets `new Request(request)`, `new Request(url, request)` and `fetch(request)` take lazy requests, by
 * putting a proxy before these two globals: the platform looks for what only its own objects have. It
 * is the same `Request` otherwise: its prototype, `instanceof` and every other use. Done once.
 */
export function adoptLazyRequests(): void {
  if (adopted) return;
  adopted = true;
  inheritFromRequest();
  // As what they are here, functions that are called with anything: hence the cast.
  const { Request: Platform, fetch: platformFetch } = globalThis as unknown as Globals;
  put(
    "Request",
    new Proxy(Platform, {
      construct: (target, args, newTarget) =>
        Reflect.construct(target, args.map(LazyRequest.unwrap), newTarget) as object,
    }),
  );
  put(
    "fetch",
    new Proxy(platformFetch, {
      apply: (target, self, args) => Reflect.apply(target, self, args.map(LazyRequest.unwrap)),
    }),
  );
}

interface Globals {
  readonly Request: new (...args: unknown[]) => object;
  readonly fetch: (...args: unknown[]) => unknown;
}

/** Puts a value in the place of a global, which it stays otherwise. */
export function put(name: string, value: unknown): void {
  const { enumerable = false } = Object.getOwnPropertyDescriptor(globalThis, name) ?? {};
  Object.defineProperty(globalThis, name, {
    configurable: true,
    enumerable,
    writable: true,
    value,
  });
}
