/**
 * A page that lists a folder.
 *
 * @module
 */

import type { Field, FileReply } from "./file_reply.ts";

/** What is in a folder. */
export interface ListedEntry {
  readonly name: string;
  readonly isFolder: boolean;
  /** How many bytes a file has; `null` for a folder. */
  readonly size: number | null;
}

const STYLE = `:root{color-scheme:light dark}
body{font:1rem/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.25rem;overflow-wrap:anywhere}
ul{list-style:none;padding:0}
li{display:flex;gap:1rem;justify-content:space-between;border-bottom:1px solid #8884}
a{overflow-wrap:anywhere}
span{white-space:nowrap;opacity:.7;font-variant-numeric:tabular-nums}`;

const FIELDS: readonly Field[] = [
  ["Content-Type", "text/html; charset=utf-8"],
  ["Cache-Control", "no-cache"],
  // The page has names in it that others have chosen: nothing in it may run or be loaded.
  ["Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"],
  ["X-Content-Type-Options", "nosniff"],
];

/** The page for the folder that `names` lead to, folders first. */
export function listingReply(
  names: readonly string[],
  entries: readonly ListedEntry[],
  method: string,
): FileReply {
  const bytes = new TextEncoder().encode(listingPage(names, entries));
  return {
    status: 200,
    headers: [...FIELDS, ["Content-Length", String(bytes.length)]],
    body: method === "HEAD" ? null : bytes,
  };
}

function listingPage(names: readonly string[], entries: readonly ListedEntry[]): string {
  const path = escaped(["", ...names, ""].join("/"));
  const sorted = [...entries].sort((one, other) =>
    Number(other.isFolder) - Number(one.isFolder) || (one.name < other.name ? -1 : 1)
  );
  const items = sorted.map(({ name, isFolder, size }) => {
    const end = isFolder ? "/" : "";
    const told = size === null ? "" : `<span title="${size} bytes">${shortened(size)}</span>`;
    // Encoded so that nothing in it is a scheme, a query, a fragment, or the end of the attribute.
    return `<li><a href="${encoded(name)}${end}">${escaped(name)}${end}</a>${told}</li>`;
  });
  const up = names.length > 0 ? '<li><a href="../">../</a></li>\n' : "";
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${path}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${path}</h1>
<ul>
${up}${items.join("\n")}
</ul>
</body>
</html>
`;
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** Bytes in the unit that leaves the fewest digits before the point. */
function shortened(size: number): string {
  let [value, unit] = [size, 0];
  for (; value >= 999.95 && unit < UNITS.length - 1; unit++) value /= 1000;
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** The name as a segment of a path, also when it is no proper Unicode. */
export function encoded(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replaceAll("'", "%27");
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** The text in HTML; control characters are shown, not sent. */
function escaped(text: string): string {
  return text.toWellFormed()
    .replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "")
    // deno-lint-ignore no-control-regex
    .replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}
