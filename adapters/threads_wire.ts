/**
 * What a pool and its threads say to each other.
 *
 * @module
 */

/** Runs a function of a module. */
export interface Request {
  /** Where the module is. */
  readonly module: string;
  /** What it exports the function as. */
  readonly name: string;
  /** What the function is given. */
  readonly input: unknown;
}

/** What a thread says: that it is there, and then how each request went. */
export type Answer =
  | { readonly kind: "ready" }
  | { readonly kind: "result"; readonly value: unknown }
  | { readonly kind: "failure"; readonly failure: Failure };

/** Something that was thrown, so that nothing of it is lost: a copy of an Error has no code, and on Bun no cause. */
export type Failure =
  | { readonly isError: false; readonly value: unknown }
  | {
    readonly isError: true;
    readonly name: string;
    readonly message: string;
    readonly stack: string | undefined;
    readonly code: string | number | undefined;
    readonly cause: Failure | undefined;
    /** Those of an AggregateError. */
    readonly errors: readonly Failure[] | undefined;
  };

/** How deep causes and what an AggregateError has are followed: they may lead back. */
const MOST_CAUSES = 8;

const CLASSES: Readonly<Record<string, ErrorConstructor>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

/** What was thrown, as it can be sent. Never throws, whatever it is. */
export function packFailure(thrown: unknown, depth = 0): Failure {
  try {
    return failureOf(thrown, depth);
  } catch {
    return failureOf(new Error("something was thrown that cannot be looked at"), MOST_CAUSES);
  }
}

function failureOf(thrown: unknown, depth: number): Failure {
  if (!(thrown instanceof Error)) return { isError: false, value: sendable(thrown) };
  const { code } = thrown as { code?: unknown };
  const hasCause = "cause" in thrown && thrown.cause !== undefined && depth < MOST_CAUSES;
  const errors = thrown instanceof AggregateError && depth < MOST_CAUSES
    ? thrown.errors.map((error: unknown) => packFailure(error, depth + 1))
    : undefined;
  return {
    isError: true,
    name: String(thrown.name),
    message: String(thrown.message),
    stack: typeof thrown.stack === "string" ? thrown.stack : undefined,
    code: typeof code === "string" || typeof code === "number" ? code : undefined,
    cause: hasCause ? packFailure(thrown.cause, depth + 1) : undefined,
    errors,
  };
}

/** A value that is no error; what cannot be copied goes as text. */
function sendable(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return String(value);
  }
}

/** The same on the other side: an error of the class of the language, else an Error with that name; its stack is that of the thread. */
export function unpackFailure(failure: Failure): unknown {
  if (!failure.isError) return failure.value;
  const { name, message, stack, code, cause, errors } = failure;
  const options = cause === undefined ? undefined : { cause: unpackFailure(cause) };
  const error = errors === undefined
    ? new (CLASSES[name] ?? Error)(message, options)
    : new AggregateError(errors.map(unpackFailure), message, options);
  if (error.name !== name) error.name = name;
  if (stack !== undefined) error.stack = stack;
  return code === undefined ? error : Object.assign(error, { code });
}
