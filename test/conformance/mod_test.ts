import { assertEquals } from "#assert";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { listen, type MemoryListener } from "../../adapters/memory.ts";
import { test } from "../support/harness.ts";
import { textOf } from "../support/markdown.ts";
import { codeOf, importsOf } from "../support/source_text.ts";
import { conformance, type OptionalOption } from "./mod.ts";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const SOURCES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".ts") && !name.endsWith("_test.ts"))
  .map((name) => `test/conformance/${name}`);

test("the public suite imports the core and itself, and names no runtime and no test runner", () => {
  for (const path of SOURCES) {
    const text = textOf(path);
    const foreign = importsOf(path, text)
      .map(({ specifier, path: to }) => to ?? specifier)
      .filter((to) => !/^core\/|^test\/conformance\/\w+\.ts$/.test(to));
    assertEquals([path, foreign], [path, []]);
    const named = codeOf(text).match(/\b(console|process|Buffer|Deno|Bun)\b/g) ?? [];
    assertEquals([path, named], [path, []]);
  }
});

const refusedOptions = ["backlog", "ipv6Only", "reusePort", "path", "tls"] as const;
const connect = (listener: MemoryListener) => listener.connect();

test("conformance() gives each case a name of its own", () => {
  const names = conformance({ listen, connect, clogged: { listen, connect } }).map(({ name }) =>
    name
  );
  assertEquals(new Set(names).size, names.length);
  const counted = (prefix: string) => names.filter((name) => name.startsWith(prefix)).length;
  assertEquals(counted("clogged: made: "), counted("made: "));
  assertEquals(counted("clogged: "), names.length / 2);
});

/** The message with which the case whose name contains `part` fails. */
async function failureOf(
  part: string,
  adapter: Parameters<typeof conformance<MemoryListener>>[0],
): Promise<string | undefined> {
  const found = conformance(adapter).find(({ name }) => name.includes(part));
  if (found === undefined) throw new Error(`no case ${part}`);
  try {
    await found.run();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

test("a case rejects when the adapter does not keep its promise, and else resolves", async () => {
  const adapter = { listen, connect, differences: { refusedOptions } };
  const part = "5. incoming() has one consumer";
  assertEquals(await failureOf(part, adapter), undefined);
  const twice: typeof listen = async (options) => {
    const listener = await listen(options);
    const stream = listener.incoming();
    return Object.assign(listener, { incoming: () => stream });
  };
  const failed = await failureOf(part, { ...adapter, listen: twice });
  assertEquals(failed, "Error: a second incoming(): expected a rejection, got [object Object]");
});

test("what is refused is to be stated, and what is stated is to be refused", async () => {
  const adapter = { listen, connect };
  const part = "an option that cannot be honoured";
  const stated = (...options: OptionalOption[]) =>
    failureOf(part, { ...adapter, differences: { refusedOptions: options } });
  assertEquals(await stated(...refusedOptions), undefined);
  assertEquals(
    await stated("ipv6Only", "reusePort", "path", "tls"),
    "NotSupported: Cannot listen: memory has no option backlog, got 64",
  );
  const lenient: typeof listen = (options) => listen({ ...options, backlog: undefined });
  const honoured = { ...adapter, listen: lenient, differences: { refusedOptions } };
  const failed = await failureOf(part, honoured);
  assertEquals(failed, "Error: backlog: expected a rejection, got [object Object]");
});
