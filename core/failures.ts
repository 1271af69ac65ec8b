/**
 * What went wrong in a run of `forEachConcurrent`.
 *
 * @module
 */

/** The error that stopped the run, and those that came after it on their own. */
export class Failures {
  readonly #errors: unknown[] = [];

  /** Takes an error, unless it only repeats the first one. */
  add(error: unknown): void {
    if (!this.isEcho(error)) this.#errors.push(error);
  }

  /**
   * Whether `error` only repeats the first one, as handlers do that were told to stop: it is that
   * very error, an AbortError, an error caused by it, or an AggregateError of nothing but these.
   */
  isEcho(error: unknown): boolean {
    if (this.#errors.length === 0) return false;
    try {
      return isEcho(error, this.#errors[0]);
    } catch {
      // An object that cannot even be looked at is no echo.
      return false;
    }
  }

  /** What to reject with: the error, if there is one, or all of them. */
  get outcome(): unknown {
    const [first] = this.#errors;
    const count = this.#errors.length;
    if (count === 1) return first;
    const message = `Cannot run for each item: ${count} failures, the first one is the cause`;
    return new AggregateError(this.#errors, message, { cause: first });
  }
}

function isEcho(error: unknown, first: unknown): boolean {
  if (Object.is(error, first)) return true;
  // Caused by the first one or not: whatever else it holds must not be lost.
  if (error instanceof AggregateError) return error.errors.every((each) => isEcho(each, first));
  const { name, cause }: { name?: unknown; cause?: unknown } = Object(error);
  return name === "AbortError" || (cause !== undefined && Object.is(cause, first));
}
