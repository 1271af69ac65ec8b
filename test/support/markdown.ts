/**
 * The examples of the documentation, as files that can be run.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "./harness.ts";

const ROOT = new URL("../../", import.meta.url);

/** An example: what stands behind the three backticks, and the code. */
export interface Example {
  readonly kind: string;
  readonly code: string;
}

/** The text of a file of the repository. */
export function textOf(name: string): string {
  return readFileSync(new URL(name, ROOT), "utf8").replaceAll("\r\n", "\n");
}

/** The examples in TypeScript, in their order. */
export function examplesOf(markdown: string): Example[] {
  return [...markdown.matchAll(/^```(ts[^\n]*)\n([^]*?)^```$/gm)].map(
    ([, kind = "", code = ""]) => ({ kind, code }),
  );
}

/** An example as a file of its own, which imports the library from here, until the test ends. */
export function fileOf(t: TestContext, code: string): string {
  const folder = mkdtempSync(join(tmpdir(), "incoming-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "example.mts");
  writeFileSync(file, code.replace(/(?<=from ")[^"]+(?=")/g, resolve));
  return file;
}

/** Where an import of an example leads. */
function resolve(specifier: string): string {
  const [, entry] = /^@incoming\/net(\/[a-z]+)?$/.exec(specifier) ?? [specifier, null];
  if (entry === null) return import.meta.resolve(specifier);
  const { exports } = JSON.parse(textOf("deno.json")) as { exports: Record<string, string> };
  return new URL(exports[`.${entry ?? ""}`] ?? "no such entry", ROOT).href;
}
