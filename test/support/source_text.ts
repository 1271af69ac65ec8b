/** What the architecture test reads out of a TypeScript source: its code, its imports. */

/** An import or re-export of a source. */
export interface Import {
  /** As written, between the quotes. */
  specifier: string;
  /** The imported file's path from the repository's root; undefined for a package. */
  path: string | undefined;
  /** Whether it is `import("…")`. */
  dynamic: boolean;
}

// Comments, strings, templates, and regular expressions where a value may begin.
const TOKEN = new RegExp(
  [
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*/,
    /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/,
    /(?<=[(,=:[!&|?{};]\s*|\breturn\s+)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\/[a-z]*/,
  ].map(({ source }) => source).join("|"),
  "g",
);

/** The source without its comments; the lines keep their numbers. */
export function withoutComments(source: string): string {
  return source.replace(TOKEN, (token) => /^\/[/*]/.test(token) ? blank(token) : token);
}

/** The source without its comments, and with every string, template and pattern empty. */
export function codeOf(source: string): string {
  return source.replace(TOKEN, (token) => /^\/[/*]/.test(token) ? blank(token) : '""');
}

/** The imports and re-exports of `source`, which stands at `from`. */
export function importsOf(from: string, source: string): Import[] {
  const found = withoutComments(source).matchAll(
    /\b(?:import|export)\b[^;"'`]*?\bfrom\s*["']([^"']+)["']|\bimport\s*(\(?)\s*["']([^"']+)["']/g,
  );
  return [...found].map(([, named, call, other]) => {
    const specifier = named ?? other ?? "";
    return { specifier, path: resolve(from, specifier), dynamic: call === "(" };
  });
}

function resolve(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return new URL(specifier, new URL(from, "file:///")).pathname.slice(1);
}

function blank(comment: string): string {
  return comment.replace(/[^\n]/g, " ");
}
