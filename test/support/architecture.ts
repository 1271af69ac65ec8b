/**
 * The rules of the tree, each a function of all files: ARCHITECTURE.md says why.
 * A rule gives one line for each place that breaks it.
 */

import { codeOf, importsOf, withoutComments } from "./source_text.ts";

/** The text of each file by its path from the repository's root. */
export type Files = Record<string, string>;

type Rule = (files: Files) => string[];

/** What each part may import; current.ts picks an adapter, so it alone may import them. */
const MAY_IMPORT: Record<string, RegExp> = {
  core: /^core\//,
  http: /^(core|http)\//,
  adapters: /^core\//,
  "adapters/current.ts": /^(core|adapters)\//,
  parallel: /^(core|adapters|parallel)\//,
  files: /^(core|http|files)\//,
  program: /^(core|http|adapters|parallel|files|program)\//,
  "mod.ts": /^(core|http|adapters)\/|^main\.ts$/,
  "main.ts": /^program\//,
};

/** The part of the published code that `path` belongs to; undefined for what is not published. */
function part(path: string): string | undefined {
  if (path in MAY_IMPORT) return path;
  const folder = path.split("/")[0] ?? "";
  return path.endsWith(".ts") && folder in MAY_IMPORT ? folder : undefined;
}

/** Whether `to` is a part of the adapter that `path` belongs to: `bun_types.ts` is one of `bun.ts`. */
function isOwn(path: string, to: string | undefined): boolean {
  const adapter = /^(adapters\/[a-z0-9]+)(_\w+)?\.ts$/.exec(path)?.[1];
  return adapter !== undefined && to?.startsWith(`${adapter}_`) === true;
}

function product(files: Files): [path: string, text: string][] {
  return Object.entries(files).filter(([path]) => part(path) !== undefined);
}

function pure(files: Files): [path: string, text: string][] {
  return product(files).filter(([path]) => /^(core|http)\//.test(path));
}

/** A rule that looks for a pattern in each of some files. */
function forbid(of: (files: Files) => [string, string][], pattern: RegExp, what: string): Rule {
  return (files) =>
    of(files).flatMap(([path, text]) => {
      const found = pattern.exec(codeOf(text));
      return found ? [`${path}: ${what}: ${found[0].trim()}`] : [];
    });
}

export const rules: Record<string, Rule> = {
  "a part imports only what it may": (files) =>
    product(files).flatMap(([path, text]) =>
      importsOf(path, text)
        .filter((to) => to.path !== undefined && !MAY_IMPORT[part(path) ?? ""]?.test(to.path))
        .filter((to) => !isOwn(path, to.path))
        .map((to) => `${path} imports ${to.path}`)
    ),

  "an adapter and main.ts are imported on demand": (files) =>
    product(files).flatMap(([path, text]) =>
      importsOf(path, text)
        .filter((to) => /^main\.ts$|^adapters\/(?!current\.ts|memory\.ts)/.test(to.path ?? ""))
        .filter((to) => !to.dynamic && !isOwn(path, to.path))
        .map((to) => `${path} imports ${to.path} statically`)
    ),

  "no package is imported": (files) =>
    product(files).flatMap(([path, text]) =>
      importsOf(path, text)
        .filter((to) => to.path === undefined)
        .filter((to) => !to.specifier.startsWith("node:") || /^(core|http)\//.test(path))
        .map((to) => `${path} imports ${to.specifier}`)
    ),

  "no import leads back": (files) => {
    const imports = new Map(product(files).map(([path, text]) => [path, importsOf(path, text)]));
    const walk = (path: string, trail: string[]): string[] => {
      if (trail.includes(path)) return [[...trail.slice(trail.indexOf(path)), path].join(" → ")];
      const next = imports.get(path) ?? [];
      imports.delete(path);
      return next.flatMap((to) => to.path === undefined ? [] : walk(to.path, [...trail, path]));
    };
    return [...imports.keys()].flatMap((path) => walk(path, []));
  },

  "core and http name no runtime": (files) => {
    const names = "Deno|Bun|process|Buffer|console";
    const used = new RegExp(`(?<!(?<!globalThis)\\.)\\b(?:${names})\\b(?!\\??:)`);
    return [
      ...forbid(pure, used, "names a runtime")(files),
      ...pure(files).filter(([, text]) =>
        new RegExp(`(["'])(?:${names})\\1`).test(withoutComments(text))
      ).map(([path]) => `${path}: names a runtime in a string`),
    ];
  },

  "only mod.ts and adapters/kit.ts are barrels": (files) =>
    product(files)
      .filter(([path]) => path !== "mod.ts" && path !== "adapters/kit.ts")
      .filter(([, text]) => /\bexport\b[^;]*\bfrom\b/.test(codeOf(text)))
      .filter(([, text]) => codeOf(text).replace(/\b(import|export)\b[^;]*;/g, "").trim() === "")
      .map(([path]) => `${path} only re-exports`),

  "names are snake_case": (files) =>
    Object.keys(files)
      .filter((path) => path.endsWith(".ts"))
      .filter((path) => !/^([a-z0-9_]+\/)*[a-z0-9]+(_[a-z0-9]+)*(\.d)?\.ts$/.test(path)),

  "a source has 200 lines at most": (files) =>
    product(files)
      .map(([path, text]) => [path, text.trimEnd().split("\n").length] as const)
      .filter(([, lines]) => lines > 200)
      .map(([path, lines]) => `${path} has ${lines} lines`),

  "no default export": forbid(
    product,
    /\bexport\s+default\b|\bas\s+default\b/,
    "exports a default",
  ),

  "no syntax that a runtime has to translate": forbid(
    product,
    new RegExp(
      [
        /\benum\s+\w+\s*\{|\b(?:namespace|module)\s+[\w.]+\s*\{/,
        /\bconstructor\s*\((?:[^)]*,)?\s*(?:public|private|protected|readonly)\s+\w+\s*[?:]/,
      ].map(({ source }) => source).join("|"),
    ),
    "uses",
  ),

  "no await at the top level": (files) =>
    product(files)
      .filter(([, text]) => topLevel(codeOf(text)).some((s) => /\bawait\b/.test(s)))
      .map(([path]) => `${path} awaits at its top level`),

  "every source of core and http has its test": (files) =>
    pure(files)
      .filter(([, text]) => /\b(function|class|const|let)\b/.test(codeOf(text)))
      .map(([path]) => path)
      .filter((path) => {
        const test = `/${path.split("/").at(-1)?.replace(/\.ts$/, "_test.ts")}`;
        return !Object.keys(files).some((file) => file.startsWith("test/") && file.endsWith(test));
      })
      .map((path) => `${path} has no test file of its name`),

  "no path of one machine, no note to self": (files) => {
    // In pieces, so that this file keeps its own rule.
    const note = ["TO" + "DO", "FIX" + "ME"].join("|");
    const pattern = new RegExp(`(?<![\\w.:/])/(home|Users|root|work|tmp)/\\w+|\\b(${note})\\b`);
    return Object.entries(files)
      .filter(([path]) => path !== "package-lock.json")
      .flatMap(([path, text]) => {
        const found = pattern.exec(text);
        return found ? [`${path}: ${found[0]}`] : [];
      });
  },

  "the lock names no registry but npm's": (files) =>
    (files["package-lock.json"] ?? "").split("\n")
      .filter((line) => /"resolved": "(?!https:\/\/registry\.npmjs\.org\/)/.test(line)),
};

/** The statements that stand in no braces and are no function. */
function topLevel(code: string): string[] {
  let flat = code;
  for (let before = ""; before !== flat;) {
    before = flat;
    flat = flat.replace(/\{[^{}]*\}/g, ";");
  }
  return flat.split(";").filter((statement) => !statement.includes("=>"));
}
