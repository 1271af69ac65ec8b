import { assertEquals } from "#assert";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Files, rules } from "./support/architecture.ts";
import { test } from "./support/harness.ts";

/** For each rule, files that break it, and files that are close to it but keep it. */
const SAMPLES: Record<string, { bad: Files[]; good: Files }> = {
  "a part imports only what it may": {
    bad: [
      { "core/a.ts": 'import { b } from "../http/b.ts";' },
      { "core/a.ts": 'import type { B } from "../adapters/b.ts";' },
      { "core/a.ts": 'export { b } from "../mod.ts";' },
      { "http/a.ts": 'import {\n  b,\n} from "../adapters/b.ts";' },
      { "adapters/node.ts": 'import { b } from "./bun.ts";' },
      { "adapters/node.ts": 'import type { B } from "./bun_types.ts";' },
      { "adapters/node_tls.ts": 'import { b } from "./node.ts";' },
      { "adapters/node.ts": 'const b = await import("../main.ts");' },
      { "adapters/current.ts": 'import "../http/b.ts";' },
      { "main.ts": 'import { b } from "./mod.ts";' },
      { "main.ts": 'import { b } from "./http/b.ts";' },
      { "parallel/a.ts": 'import { b } from "../http/b.ts";' },
      { "parallel/a.ts": 'import { b } from "../main.ts";' },
      { "core/a.ts": 'import { b } from "../parallel/b.ts";' },
      { "files/a.ts": 'import { b } from "../adapters/b.ts";' },
      { "http/a.ts": 'import { b } from "../files/b.ts";' },
      { "parallel/a.ts": 'import { b } from "../program/b.ts";' },
      { "program/a.ts": 'import { b } from "../mod.ts";' },
      { "mod.ts": 'import { b } from "./test/b.ts";' },
    ],
    good: {
      "core/a.ts": '// import "../http/b.ts"\nimport { b } from "./b.ts";',
      "http/a.ts": 'import { b } from "../core/b.ts";\nconst s = "from";',
      "adapters/bun.ts": 'import type { B } from "./bun_types.ts";',
      "adapters/node.ts": 'import { b } from "./node_tls.ts";',
      "adapters/node_tls.ts": 'import { b } from "./node_socket.ts";',
      "adapters/current.ts": 'const b = () => import("./node.ts");',
      "parallel/a.ts": 'import { b } from "./b.ts";\nimport "../core/c.ts";',
      "files/a.ts": 'import "node:fs";\nimport "../http/b.ts";',
      "program/a.ts": 'import "../files/b.ts";\nimport "../parallel/c.ts";',
      "main.ts": 'import { b } from "./program/b.ts";',
      "test/a_test.ts": 'import { b } from "../mod.ts";',
    },
  },
  "an adapter and main.ts are imported on demand": {
    bad: [
      { "adapters/current.ts": 'import { b } from "./node.ts";' },
      { "mod.ts": 'import "./main.ts";' },
    ],
    good: {
      "adapters/bun.ts": 'import type { B } from "./bun_types.ts";',
      "adapters/current.ts": 'import("./node.ts");',
      "mod.ts": 'void import("./main.ts");',
    },
  },
  "no package is imported": {
    bad: [
      { "core/a.ts": 'import "node:net";' },
      { "http/a.ts": 'void import("node:fs");' },
      { "adapters/a.ts": 'import type { B } from "b";' },
      { "main.ts": 'export * from "jsr:@std/b";' },
    ],
    good: { "adapters/node.ts": 'import "node:net";', "test/a.ts": 'import "#assert";' },
  },
  "no import leads back": {
    bad: [
      { "core/a.ts": 'import "./b.ts";', "core/b.ts": 'import "./a.ts";' },
      {
        "core/a.ts": 'import "./b.ts";',
        "core/b.ts": 'import "./c.ts";',
        "core/c.ts": 'export { b } from "./b.ts";',
      },
    ],
    good: {
      "core/a.ts": 'import "./b.ts";\nimport "./c.ts";',
      "core/b.ts": 'import "./c.ts";',
      "core/c.ts": "",
    },
  },
  "core and http name no runtime": {
    bad: [
      { "core/a.ts": "Deno.listen();" },
      { "core/a.ts": "const b = globalThis.process;" },
      { "core/a.ts": 'if ("Bun" in globalThis) b();' },
      { "http/a.ts": "console.log(1);" },
      { "http/a.ts": "let b: Buffer;" },
      { "http/a.ts": "const b = /[/'\"]/; process.exit();" },
    ],
    good: {
      "core/a.ts": "/** As Deno does. */ // console\nqueue.process();",
      "http/a.ts": 'throw new Error("no Buffer");',
      "adapters/a.ts": "Deno.listen();",
    },
  },
  "only mod.ts and adapters/kit.ts are barrels": {
    bad: [{ "core/all.ts": '/** All. */\nexport * from "./a.ts";\nexport { b } from "./b.ts";' }],
    good: {
      "mod.ts": 'export * from "./core/a.ts";',
      "core/a.ts": 'import "./b.ts";\nexport const a = 1;',
    },
  },
  "names are snake_case": {
    bad: [{ "core/forEach.ts": "" }, { "core/for-each.ts": "" }, { "test/Types/a.ts": "" }],
    good: { "core/for_each.ts": "", "test/types/a.d.ts": "", "examples/2_async.ts": "" },
  },
  "a source has 200 lines at most": {
    bad: [{ "core/a.ts": "a;\n".repeat(201) }, { "mod.ts": "a;\n".repeat(201) }],
    good: { "core/a.ts": "a;\n".repeat(200), "test/a_test.ts": "a;\n".repeat(201) },
  },
  "no default export": {
    bad: [{ "main.ts": "export default 1;" }, { "core/a.ts": "export { a as default };" }],
    good: { "core/a.ts": "// export default\nexport const a = 1;" },
  },
  "no syntax that a runtime has to translate": {
    bad: [
      { "core/a.ts": "export enum A { B }" },
      { "core/a.ts": "const enum A { B }" },
      { "core/a.ts": "namespace A { const b = 1; }" },
      { "core/a.ts": "class A { constructor(private b: number) {} }" },
      { "core/a.ts": "class A { constructor(b: B, readonly c?: number) {} }" },
    ],
    good: { "core/a.ts": "class A { readonly b; constructor(b: readonly number[]) {} }" },
  },
  "no await at the top level": {
    bad: [
      { "mod.ts": 'await import("./main.ts");' },
      { "core/a.ts": "function b() {}\nconst c = await b();" },
      { "core/a.ts": "for await (const b of c) d(b);" },
      { "core/a.ts": "if (b) { }\nawait c;" },
    ],
    good: {
      "mod.ts": "async function a() { if (b) { await c; } }\nconst d = async () => await a();",
    },
  },
  "every source of core and http has its test": {
    bad: [
      { "core/a.ts": "export function a() {}" },
      { "http/a.ts": "export const a = 1;", "test/core/b_test.ts": "" },
    ],
    good: {
      "core/a.ts": "export function a() {}",
      "test/core/a_test.ts": "",
      "core/b.ts": "/** const */\nexport interface B {}",
    },
  },
  "no path of one machine, no note to self": {
    bad: [
      { "README.md": "see /ho" + "me/me/x" },
      { "core/a.ts": 'const a = "/tm' + 'p/x.sock";' },
      { "core/a.ts": "// TO" + "DO: more" },
      { "scripts/a.mjs": "// FIX" + "ME" },
    ],
    good: { "README.md": "https://example.com/home/me /sleep" },
  },
  "the lock names no registry but npm's": {
    bad: [{ "package-lock.json": '"resolved": "http://10.0.0.1/a.tgz"' }],
    good: { "package-lock.json": '"resolved": "https://registry.npmjs.org/a.tgz"' },
  },
};

const repository = readRepository();

for (const [name, rule] of Object.entries(rules)) {
  test(`architecture: ${name}`, () => {
    const { bad = [], good } = SAMPLES[name] ?? {};
    assertEquals(good && rule(good), [], "a sample that keeps the rule");
    const unseen = bad.filter((files) => rule(files).length === 0);
    assertEquals([bad.length > 0, unseen], [true, []], "samples that break the rule");

    assertEquals(rule(repository), []);
  });
}

/** The text of every file that is kept in the repository. */
function readRepository(): Files {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const kept = readdirSync(root).filter((name) =>
    !["node_modules", ".git", "dist", "coverage"].includes(name) && !name.endsWith(".tgz")
  );
  const paths = kept.flatMap((name) => {
    try {
      const within = readdirSync(root + name, { recursive: true, withFileTypes: true });
      return within.filter((entry) => entry.isFile()).map((entry) => {
        return `${entry.parentPath}/${entry.name}`.replaceAll("\\", "/").slice(root.length);
      });
    } catch {
      // A file, not a folder.
      return [name];
    }
  });
  return Object.fromEntries(paths.map((path) => [path, readFileSync(root + path, "utf8")]));
}
