/** The pages in docs/: every example runs. */

import { assert, assertEquals } from "#assert";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { test } from "./support/harness.ts";
import { examplesOf, fileOf, textOf } from "./support/markdown.ts";

const DOCS = fileURLToPath(new URL("../docs/", import.meta.url));
const PAGES = readdirSync(DOCS).filter((name) => name.endsWith(".md"));

for (const page of PAGES) {
  const text = textOf(`docs/${page}`);
  for (const [index, { kind, code }] of examplesOf(text).entries()) {
    test(`docs/${page}: example ${index + 1} runs to its end`, async (t) => {
      assertEquals(kind, "ts");
      assert(code.includes("throw"), "it checks what it says");
      await import(pathToFileURL(fileOf(t, code)).href);
    });
  }

  test(`docs/${page}: the links lead somewhere`, () => {
    const links = [...text.matchAll(/\]\((\.[^)#]*)/g)].map(([, link = ""]) => link);
    assertEquals(links.filter((link) => !existsSync(new URL(link, pathToFileURL(DOCS)))), []);
  });
}
