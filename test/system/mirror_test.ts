/** A whole site of odd names, mirrored byte for byte: by wget, and by a crawler of the pages. */

import { assertEquals } from "#assert";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pattern } from "../files/site.ts";
import { runtime, test } from "../support/harness.ts";
import { run, serveFolder } from "./files_process.ts";

const FILES = 2000;
const AT_ONCE = 8;
/** wget cuts names that are longer, to have room for its own endings. */
const WGET_BYTES = 200;
const MAX_BYTES = 255;
const SIZES = [0, 1, 100, 1000, 10_000, 65_536, 65_537, 200_000];
const ODD = [
  " leading",
  "trailing ",
  "two  spaces",
  "100%",
  "%zz",
  "a#b",
  "a?b=c&d",
  "a&amp;b",
  "<b>",
  "it's",
  '"quoted"',
  "a+b=c;d,e",
  "a:b",
  "~tilde",
  "$HOME",
  "`x`",
  "(1) [2] {3}",
  "caf\u00e9",
  "cafe\u0301",
  "\u212b",
  "\u65e5\u672c\u8a9e",
  "\u0627\u0644",
  "😀👩‍👩‍👧",
  "a^b|c",
  "trailing.",
  "a..b",
  "UPPER",
  "upper",
  "*",
  "@",
  "!",
  "con",
  "x.tar.gz",
];
/** What wget writes under other names: it decodes twice, and cuts. */
const NOT_FOR_WGET = [
  "%20",
  "%2e%2e",
  "%2F",
  "%5c",
  "%00",
  "new\nline",
  "tab\t",
  "\u0001",
  "\u0085",
  "x".repeat(MAX_BYTES),
  "é".repeat(127),
];

/** The names of the files of the site. */
function names(): string[] {
  const deep = `${"deep/".repeat(40)}file.txt`;
  const long = [
    "y".repeat(WGET_BYTES),
    `${"é".repeat(WGET_BYTES / 2)}`,
    `${"😀".repeat(WGET_BYTES / 4)}`,
  ];
  const found = [
    deep,
    ...long,
    ...ODD.flatMap((
      name,
    ) => [name, `${name}.html`, `in ${name}/${name}`, `${name}.d/x/${name}.txt`]),
    ...NOT_FOR_WGET.map((name) => `strange/${name}`),
  ];
  for (let i = found.length; i < FILES; i++) found.push(`many/${i % 7}/file ${i}.txt`);
  return found;
}

function fill(root: string): void {
  for (const [i, name] of names().entries()) {
    const file = join(root, name);
    mkdirSync(dirname(file), { recursive: true });
    const size = i < FILES / 10 ? SIZES[i % SIZES.length] ?? 0 : i % 500;
    writeFileSync(file, pattern(size, i));
  }
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}

/** What is in each file, by its path. */
function digests(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return new Map(
    entries.filter((entry) => entry.isFile()).map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length + 1), digest(readFileSync(path))] as const;
    }).sort(([one], [other]) => one < other ? -1 : 1),
  );
}

/** What is in each file that the pages of `base` lead to. */
async function crawl(base: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const waiting = ["/"];
  const visit = async () => {
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const response = await fetch(base + path);
      assertEquals([path, response.status], [path, 200]);
      if (!path.endsWith("/")) {
        found.set(
          decodeURIComponent(path.slice(1)),
          digest(new Uint8Array(await response.arrayBuffer())),
        );
        continue;
      }
      for (const [, href = ""] of (await response.text()).matchAll(/<a href="([^"]*)"/g)) {
        if (href !== "../") waiting.push(new URL(href, base + path).pathname);
      }
    }
  };
  // The first pages lead to enough for all.
  await visit.call(null);
  await Promise.all(Array.from({ length: AT_ONCE }, visit));
  return new Map([...found].sort(([one], [other]) => one < other ? -1 : 1));
}

test(
  `${FILES} files with odd names are mirrored byte for byte by a crawler on ${runtime}`,
  async (t) => {
    const { root, base, ended } = await serveFolder(t, fill, { listing: true, index: null });
    const original = digests(root);
    assertEquals(original.size, FILES);
    assertEquals(await crawl(base), original);
    // From memory, for those that are small.
    assertEquals(await crawl(base), original);
    await ended();
  },
  { timeout: 120_000 },
);

test(`files with odd names are mirrored byte for byte by wget -r on ${runtime}`, async (t) => {
  const { root, base, target, server, ended } = await serveFolder(t, fill, {
    listing: true,
    index: null,
  });
  const names = [
    "--restrict-file-names=nocontrol",
    "--no-iri",
    "--default-page=listing-of-the-folder",
  ];
  const whole = [
    "--recursive",
    "--level=inf",
    "--no-parent",
    "--no-host-directories",
    "-e",
    "robots=off",
  ];
  await run(
    "wget",
    "--quiet",
    ...whole,
    ...names,
    "--exclude-directories=/strange",
    `--directory-prefix=${target}`,
    `${base}/`,
  );
  const original = [...digests(root)].filter(([path]) => !path.startsWith("strange/"));
  const mirrored = [...digests(target)].filter(([path]) => !path.endsWith("listing-of-the-folder"));
  assertEquals(mirrored, original);
  assertEquals(original.length, FILES - NOT_FOR_WGET.length);
  assertEquals(server.stdout.includes("reported"), false);
  await ended();
}, { timeout: 120_000 });
