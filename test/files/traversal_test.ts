/** Paths that try to leave the root, or to reach what is hidden in it. */

import { assert, assertEquals } from "#assert";
import { mkdirSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { askedOf } from "../../files/asked.ts";
import { fileReplies } from "../../files/serve_files.ts";
import { test } from "../support/harness.ts";
import { folder, gotOf, put } from "./site.ts";
import { serve } from "./wire.ts";

const SECRET = "do not tell";
/** Ways to write two dots and one separator, which somebody somewhere decodes. */
const DOTS = [
  "..",
  "%2e%2e",
  ".%2e",
  "%2E.",
  "%252e%252e",
  "%u002e%u002e",
  "%c0%ae%c0%ae",
  "%ef%bc%8e%ef%bc%8e",
  "...",
  "....",
  "..;",
  ".. ",
  "..%20",
  "..%00",
  "..%0d%0a",
  "..%09",
  "%2e%2e%2e",
  "..%ef%bb%bf",
  "%e2%80%8b..",
  "．．",
];
const SEPARATORS = [
  "/",
  "//",
  "\\",
  "%2f",
  "%2F",
  "%5c",
  "%5C",
  "%252f",
  "%255c",
  "/./",
  "/%2e/",
  "%c0%af",
  "%c1%9c",
  "%ef%bc%8f",
  "%u2215",
  ";/",
  "/;/",
  "/\\",
  "\\/",
  "%00/",
  "/%00",
  "?/",
  "#/",
  ":/",
];
const PREFIXES = [
  "",
  "dir/",
  "dir//",
  "none/",
  "index.html/",
  "/",
  "./",
  "C:/",
  "C:%5c",
  "file:///",
  "//localhost/",
  "dir;/",
  "%2e/",
  "link/",
];
const TARGETS = ["secret.txt", "etc/passwd"];
const DEPTHS = [1, 7];
const HIDDEN = [
  ".git/config",
  ".env",
  ".htpasswd",
  "dir/.hidden",
  "%2egit/config",
  ".git%2fconfig",
  "dir/..%2f.env",
  ".GIT/config",
  "%E2%80%8C.git/config",
  ".git::$DATA/config",
  "dir/.hidden%20",
  "dir/.hidden.",
  ".well-known/.x",
  ".well-known/../.env",
  ".well-known%2f..%2f.env",
  "out/secret.txt",
  "out",
  "passwd",
  "abs/etc/passwd",
  "up/secret.txt",
];

function* paths(): Generator<string> {
  for (const path of HIDDEN) yield `/${path}`;
  for (const dots of DOTS) {
    for (const separator of SEPARATORS) {
      for (const prefix of PREFIXES) {
        for (const depth of DEPTHS) {
          for (const target of TARGETS) {
            yield `/${prefix}${`${dots}${separator}`.repeat(depth)}${target}`;
          }
        }
      }
    }
  }
}

/** A folder beside which, and hidden in which, is what nobody may see; and what links out of it. */
function trap(root: string): void {
  const outer = join(root, "..", `${basename(root)}-outer`);
  mkdirSync(outer);
  put(outer, "secret.txt", SECRET);
  put(root, "index.html", "public");
  put(root, "dir/index.html", "public");
  for (const hidden of [".git/config", ".env", ".htpasswd", "dir/.hidden", ".well-known/.x"]) {
    put(root, hidden, SECRET);
  }
  const links = { out: outer, passwd: "/etc/passwd", abs: "/", up: "..", "dir/link": "../.." };
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(root, name));
}

function isLeak(text: string): boolean {
  return text.includes(SECRET) || text.includes("root:x:0:") || text.includes("PATH=");
}

test(
  "fileReplies() leaks nothing by any of many thousand paths, as they are or as a URL",
  async (t) => {
    const parent = folder(t);
    const root = join(parent, "root");
    mkdirSync(root);
    trap(root);
    const errors: unknown[] = [];
    const handler = await fileReplies(root, {
      onError: (error) => errors.push(error),
      listing: true,
      spa: true,
      notFound: null,
    });
    const counts = new Map<number, number>();
    let count = 0;
    const headers = { accept: "text/html" };
    for (const path of paths()) {
      count++;
      // As serveHttp makes it; what is after a "#" reaches no server.
      const [target = ""] = path.split("#");
      const request = new Request(`http://a${target}`, { headers });
      // Where characters are encoded, it is another path that was asked for.
      if (!/[^\x21-\x7e]/.test(target)) {
        assertEquals(askedOf(request, { target }).path, target.split("?")[0]);
      }
      const { status, text } = await gotOf(await handler(request, { target }));
      assert(!isLeak(text), path);
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
    assert(count > 20_000, `${count} paths`);
    assertEquals([
      [...counts.keys()].filter((status) => ![200, 301, 400, 404].includes(status)),
      errors,
    ], [[], []]);
    assert(
      (counts.get(404) ?? 0) + (counts.get(400) ?? 0) > count * 0.8,
      JSON.stringify([...counts]),
    );
  },
  { timeout: 120_000 },
);

test("serveHttp() with fileReplies() leaks nothing by paths that are sent as they are", async (t) => {
  const { get, root, errors } = await serve(t);
  trap(root);
  t.defer(async () => (await import("node:fs")).rmSync(`${root}-outer`, { recursive: true }));
  const all = [...paths()];
  const some = [...HIDDEN.map((path) => `/${path}`), ...all.filter((_, i) => i % 97 === 0)];
  for (const path of some) {
    const { status, body } = await get(path.replace(/[^\x21-\x7e]/g, "%20"));
    assert(!isLeak(body), path);
    assert([200, 301, 400, 404].includes(status), `${status} ${path}`);
  }
  assertEquals(errors, []);
  for (
    const path of [
      "/../x",
      "/dir/../index.html",
      "/./index.html",
      "/dir\\index.html",
      "//index.html",
      "/dir//index.html",
    ]
  ) {
    assertEquals([path, (await get(path)).status], [path, 404]);
  }
});
