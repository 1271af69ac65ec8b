/**
 * The few assertions of the suite: it has no test runner, and depends on none.
 */

/** Fails unless `actual` is `expected`. */
export function equal<T>(actual: T, expected: T, what: string): void {
  if (!Object.is(actual, expected)) {
    throw new Error(`${what}: expected ${String(expected)}, got ${String(actual)}`);
  }
}

/** Fails unless `condition` holds. */
export function ensure(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/** Fails unless `promise` rejects; returns what it rejects with. */
export async function failure(promise: Promise<unknown>, what: string): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`${what}: expected a rejection, got ${String(value)}`);
}

/** Fails unless `promise` rejects with an error of this `code` and a message that says what could not be done. */
export async function failsWith(
  code: string,
  promise: Promise<unknown>,
  what: string,
): Promise<unknown> {
  const error = await failure(promise, what);
  const actual = (error as { code?: unknown } | null)?.code;
  ensure(
    actual === code,
    `${what}: expected the code ${code}, got ${String(actual)} (${String(error)})`,
  );
  ensure(
    error instanceof Error && /^Cannot \w+/.test(error.message),
    `${what}: an unclear message: ${String(error)}`,
  );
  return error;
}

/** Waits for a promise that must not take long; fails when it does. */
export async function soon<T>(promise: Promise<T>, what: string, ms = 10_000): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: still waiting after ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Lets everything that is ready happen: some turns of the event loop, and of the peer's system. */
export function turns(ms = 100): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until `condition` holds; fails when it does not within 10 s. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !condition(); waited += 10) {
    if (waited >= 10_000) throw new Error(`${what}: not within 10 s`);
    await turns(10);
  }
}

/** Whether `promise` is still pending after everything that is ready has happened. */
export async function pending(promise: Promise<unknown>, ms = 50): Promise<boolean> {
  let settled = false;
  const mark = () => {
    settled = true;
  };
  promise.then(mark, mark);
  await turns(ms);
  return !settled;
}
