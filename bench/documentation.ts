/** Where the documentation shows what a run has found. */

import { readFileSync, writeFileSync } from "node:fs";
import type { Results } from "./answers.ts";
import { plot } from "./plot.ts";
import { details, summary } from "./summary.ts";

/** What stands between `<!-- NAME -->` and `<!-- /NAME -->`. */
const BLOCKS: Readonly<Record<string, (results: Results) => string>> = {
  performance: summary,
  details,
};

/** The files that have such blocks. */
export const SHOWING: readonly string[] = ["README.md", "docs/performance.md"];
/** The picture that they show. */
export const PICTURE = "docs/bench.svg";

/** `text` with its blocks as `results` say. */
export function inserted(text: string, results: Results): string {
  return Object.entries(BLOCKS).reduce((before, [name, view]) => {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const block = new RegExp(`${begin}[^]*?${end}`);
    return before.replace(block, () => `${begin}\n\n${view(results)}\n\n${end}`);
  }, text);
}

/** Puts the tables and the picture into the files. */
export function writeDocumentation(results: Results): void {
  const root = new URL("../", import.meta.url);
  for (const file of SHOWING) {
    const url = new URL(file, root);
    writeFileSync(url, inserted(readFileSync(url, "utf8"), results));
  }
  writeFileSync(new URL(PICTURE, root), `${plot(results)}\n`);
}
