/**
 * How files are served.
 *
 * @module
 */

import { callbackOf, flagOf, integerOf, requireOptions } from "../core/option_checks.ts";
import { show } from "../core/show.ts";

/** How {@linkcode serveFiles} and {@linkcode fileReplies} serve. */
export interface ServeFilesOptions {
  /** The page of a folder: the name of a file in it; `null`: folders have none. Default `"index.html"`. */
  readonly index?: string | null | undefined;
  /** The page of `/`, when it has another name. Default: that of `index`. */
  readonly home?: string | undefined;
  /** The page of the root that is sent with 404; `null`, or where there is none: a line of text. Default `"404.html"`. */
  readonly notFound?: string | null | undefined;
  /** Whether a folder without a page is answered with a list of what is in it. Default `false`. */
  readonly listing?: boolean | undefined;
  /** Whether a page that does not exist is answered with that of `/` and 200, for sites that route in the browser. Default `false`. */
  readonly spa?: boolean | undefined;
  /** The Cache-Control of files; a function is given the path, decoded, such as `/a b.html`. Default `"no-cache"`: kept, but asked for again each time. */
  readonly cacheControl?: string | ((path: string) => string) | undefined;
  /** How many bytes of small files are kept in memory at most; 0: none. Default 16 MiB. */
  readonly memory?: number | undefined;
  /** Told of failures that are not the client's doing. It must not throw. Default: nobody is told. */
  readonly onError?: ((error: unknown, request: Request) => void) | undefined;
}

/** The options, checked, with the defaults filled in. */
export interface ResolvedFilesOptions {
  /** The page of a folder. */
  readonly index: string | null;
  /** The page of `/`. */
  readonly home: string | null;
  /** The page for 404. */
  readonly notFound: string | null;
  /** Whether folders are listed. */
  readonly listing: boolean;
  /** Whether unknown pages are that of `/`. */
  readonly spa: boolean;
  /** The Cache-Control of the file at a path. */
  readonly cacheControl: (path: string) => string;
  /** How many bytes are kept in memory. */
  readonly memory: number;
  /** Tells of a failure; never throws. */
  readonly report: (error: unknown, request: Request) => void;
}

const VERB = "serve files";
const MEMORY_BYTES = 16 * 1024 * 1024;

/** Checks the options. Throws a TypeError or RangeError that names the one that is wrong. */
export function resolveFilesOptions(options: ServeFilesOptions): ResolvedFilesOptions {
  requireOptions(VERB, options);
  const index = nameOf("index", options.index, "index.html");
  const { cacheControl = "no-cache" } = options;
  const onError = callbackOf(VERB, "onError", options.onError);
  return {
    index,
    home: nameOf("home", options.home, index),
    notFound: nameOf("notFound", options.notFound, "404.html"),
    listing: flagOf(VERB, "listing", options.listing, false),
    spa: flagOf(VERB, "spa", options.spa, false),
    cacheControl: typeof cacheControl === "function" ? cacheControl : constant(cacheControl),
    memory: options.memory === undefined
      ? MEMORY_BYTES
      : integerOf(VERB, "memory", options.memory, 0, Number.MAX_SAFE_INTEGER),
    report(error, request) {
      try {
        onError?.(error, request);
      } catch {
        // It is the last one to be told: there is nobody else.
      }
    },
  };
}

/** The name of one file, in no other folder. */
function nameOf(option: string, value: unknown, fallback: string | null): string | null {
  if (value === undefined) return fallback;
  if (value === null && option !== "home") return null;
  if (typeof value === "string" && /^[^./\\][^/\\]*$/.test(value) && !value.includes("\0")) {
    return value;
  }
  throw new TypeError(
    `Cannot ${VERB}: ${option} must be the name of a file, without a path and no dot file, got ${
      show(value)
    }`,
  );
}

function constant(value: unknown): () => string {
  if (typeof value === "string" && /^[\t\x20-\x7e]+$/.test(value)) return () => value;
  throw new TypeError(
    `Cannot ${VERB}: cacheControl must be the value of a field, or a function, got ${show(value)}`,
  );
}
