/** How the runtime of a worker process is started. */

import { assert, assertEquals } from "#assert";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { configurationOf, runtimeArguments } from "../../parallel/runtime_arguments.ts";
import { pathOf } from "../main/server_process.ts";
import { runtime, test, type TestContext } from "../support/harness.ts";

/** A folder with these files, which goes with the test. */
function folderWith(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "incoming-")));
  t.defer(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

test("runtimeArguments() are those of this process", () => {
  if (runtime !== "deno") return assertEquals(runtimeArguments(), process.execArgv);
  const [run, ...rest] = runtimeArguments();
  assertEquals([run, rest.slice(0, 2)], ["run", ["--no-prompt", "--quiet"]]);
  assert(rest.includes("--allow-run") && rest.includes("--allow-read"), rest.join(" "));
});

test("configurationOf() is what lies above the program, up to a package", (t) => {
  const folder = folderWith(t, {
    "deno.jsonc": "{}",
    "a/b/main.ts": "",
    "c/deno.json": "{}",
    "c/main.ts": "",
    "d/package.json": "{}",
    "d/e/main.ts": "",
  });
  const found = (path: string) => configurationOf(pathToFileURL(join(folder, path)).href);
  assertEquals(found("a/b/main.ts"), join(folder, "deno.jsonc"));
  assertEquals(found("c/main.ts"), join(folder, "c/deno.json"));
  assertEquals(found("d/e/main.ts"), undefined);
  assertEquals(configurationOf("https://example.com/main.ts"), undefined);
  assertEquals(configurationOf(undefined), undefined);
  assertEquals(configurationOf("file:///main.ts"), undefined);
});

if (runtime === "deno") {
  test("a worker process on Deno knows the imports of its caller's project", async (t) => {
    const library = pathToFileURL(pathOf("parallel/serve_parallel.ts")).href;
    const folder = folderWith(t, {
      "deno.json": JSON.stringify({ imports: { mapped: "./lib/mapped.ts" } }),
      "lib/mapped.ts": "export const name = 'mapped';",
      "worker.ts": `import { name } from "mapped";
        export const handler = (connection, { post }) => post(name);`,
      "main.ts": `import { serveParallel } from ${JSON.stringify(library)};
        const server = await serveParallel(new URL("./worker.ts", import.meta.url), {
          port: 0,
          workers: 2,
          onMessage: (name) => (console.log(name), server.close()),
        });
        (await Deno.connect(server.addr)).close();`,
    });
    const program = spawn(process.execPath, ["run", "-A", "--no-check", join(folder, "main.ts")], {
      cwd: tmpdir(),
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    program.stdout.on("data", (text) => said += String(text));
    const code = await new Promise((resolve) => program.once("close", resolve));
    assertEquals([said, code], ["mapped\n", 0]);
  });
}
