/**
 * Puts something before a class or function of the platform that everybody finds in its place.
 *
 * @module
 */

/**
 * Puts a proxy in the place of a global, which stays the same otherwise: its name, what belongs to it,
 * `instanceof`, classes that extend it. What is made by a class says that it was made by the proxy, as
 * who compares `constructor` with the global expects.
 *
 * Does nothing where the global must not be changed; whether it was.
 */
export function putBefore<T extends object>(
  name: string,
  platform: T,
  handler: ProxyHandler<T>,
): boolean {
  const { enumerable = false } = Object.getOwnPropertyDescriptor(globalThis, name) ?? {};
  const value = new Proxy(platform, handler);
  const own = { configurable: true, enumerable, writable: true, value };
  if (!Reflect.defineProperty(globalThis, name, own)) return false;
  const prototype: unknown = Reflect.get(platform, "prototype");
  if (typeof prototype !== "object" || prototype === null) return true;
  Reflect.defineProperty(prototype, "constructor", { ...own, enumerable: false });
  return true;
}

/**
 * Calls `put` with the global of that name: now, or, where a global is loaded when it is named, before
 * somebody gets it. To load them can take as long as to start.
 */
export function whenNamed<T>(name: string, put: (platform: T) => void): void {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  // What it is, the caller knows.
  const found = (): T => Reflect.get(globalThis, name) as T;
  if (before?.get === undefined || before.configurable !== true) return put(found());
  const restore = (): void => void Object.defineProperty(globalThis, name, before);
  Object.defineProperty(globalThis, name, {
    ...before,
    get: () => {
      restore();
      put(found());
      return found();
    },
    set: (value: unknown) => {
      restore();
      Reflect.set(globalThis, name, value);
    },
  });
}
