/** How much work with bytes is done: counts, where a clock would only show how busy the machine is. */

import type { TestContext } from "./harness.ts";

/** Counts the bytes that arrays are asked to copy or to search, until the test ends. */
export function countWork(t: TestContext): () => number {
  let count = 0;
  const proto = Uint8Array.prototype as unknown as Record<string, unknown>;
  const watch = (
    name: string,
    work: (self: Uint8Array, args: unknown[], result: unknown) => number,
  ) => {
    const original = proto[name] as (...args: unknown[]) => unknown;
    proto[name] = function (this: Uint8Array, ...args: unknown[]): unknown {
      const result = original.apply(this, args);
      count += work(this, args, result);
      return result;
    };
    // They stand on a prototype that is shared by all typed arrays.
    t.defer(() => delete proto[name]);
  };
  watch("set", (_, [source]) => (source as Uint8Array).length);
  watch("copyWithin", (_, [, start, end]) => Number(end) - Number(start));
  watch("slice", (_self, _args, result) => (result as Uint8Array).length);
  watch("indexOf", ({ length }, [, from = 0], at) => {
    return (at === -1 ? length : Number(at) + 1) - Number(from);
  });
  return () => count;
}
