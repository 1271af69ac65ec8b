/**
 * Makes the platform take lazy requests for requests.
 *
 * @module
 */

import { putBefore, whenNamed } from "./adopted_globals.ts";
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
  whenNamed("Request", (Platform: new (...args: unknown[]) => object) => {
    putBefore("Request", Platform, {
      construct: (target, args, newTarget) =>
        Reflect.construct(target, args.map(LazyRequest.unwrap), newTarget) as object,
    });
    inheritFromRequest();
  });
  // As what it is here, a function that is called with anything: hence the cast.
  const { fetch: platformFetch } = globalThis as unknown as Globals;
  putBefore("fetch", platformFetch, {
    apply: (target, self, args) => Reflect.apply(target, self, args.map(LazyRequest.unwrap)),
  });
}

interface Globals {
  readonly fetch: (...args: unknown[]) => unknown;
}
