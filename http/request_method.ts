/**
 * The methods that a `Request` may have: the Fetch standard, section 2.2.1.
 *
 * @module
 */

const USUAL = /^(?:get|head|post|put|patch|delete|options)$/i;
const FORBIDDEN = /^(?:connect|trace|track)$/i;

/**
 * Throws a TypeError unless a `Request` may have the method, whose case may be another then. Not every
 * runtime does so by itself: what Bun does not know, it takes for GET.
 */
export function requireMethod(method: string): void {
  if (USUAL.test(method)) return;
  if (!FORBIDDEN.test(method)) {
    const { method: kept } = new Request("http://localhost/", { method });
    if (kept.toUpperCase() === method.toUpperCase()) return;
  }
  throw new TypeError(`Cannot make a Request: its method must not be ${method}`);
}
