/**
 * The path of a request as the names of folders and a file.
 *
 * It is strict: what some servers decode twice, collapse, or take for a separator names nothing here.
 * So no other path than the one that was checked can be meant further on.
 *
 * @module
 */

/** A path, taken apart. */
export interface RequestPath {
  /** The names from the root down, decoded; none of them is empty, a dot file, or has a separator. */
  readonly names: readonly string[];
  /** Whether the path ends with a slash: it means a folder. */
  readonly isFolder: boolean;
}

/** The only dot file that is no secret: RFC 8615. */
const WELL_KNOWN = ".well-known";
/** Separators, also those of other systems, and the end of a string in C: as they are, and encoded. */
const SEPARATOR = /\\|%5c|%2f/i;
/** With what some file systems leave out of names before the dot. */
const DOT_FILE = /^[\u200b-\u200f\u202a-\u202e\u206a-\u206f\ufeff]*\./;
/** What Windows takes for a device, another stream of a file, a short name, or leaves out at the end of a name. */
const WINDOWS =
  // deno-lint-ignore no-control-regex
  /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])(?:\.|$)|[<>:"|?*\u0001-\u001f]|~[0-9]|[. ]$/i;

/**
 * The names in `path`, as it was sent (RFC 3986, section 3.3), without the query. Else the status that
 * says why there are none: 400 when it cannot be decoded, 404 when it names nothing that is served.
 *
 * With `windows`, neither is there anything in names that mean something else there.
 */
export function parsePath(path: string, windows = false): RequestPath | 400 | 404 {
  if (!path.startsWith("/") || SEPARATOR.test(path)) return 404;
  const names = decode(path.slice(1))?.split("/");
  if (names === undefined) return 400;
  const isFolder = names.at(-1) === "";
  if (isFolder) names.pop();
  return areServed(names, windows) ? { names, isFolder } : 404;
}

/** Whether all of these may lead to a file that is served. */
export function areServed(names: readonly string[], windows: boolean): boolean {
  return names.every((name, i) => {
    // An empty name is not collapsed, and `.` and `..` are not followed: they are dot files.
    if (name === "" || (DOT_FILE.test(name) && !(i === 0 && name === WELL_KNOWN))) return false;
    return !(windows && WINDOWS.test(name));
  });
}

/** Decoded once; `undefined` when it is no UTF-8, or malformed, or has a NUL. */
function decode(path: string): string | undefined {
  if (!path.includes("%")) return path.includes("\0") ? undefined : path;
  try {
    const decoded = decodeURIComponent(path);
    return decoded.includes("\0") ? undefined : decoded;
  } catch {
    return undefined;
  }
}
