import { assert, assertEquals } from "#assert";
import {
  chmodSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { acceptedCodings, type Coding, CODINGS } from "../../files/accepted_codings.ts";
import { Content } from "../../files/content.ts";
import { HotFiles } from "../../files/hot_files.ts";
import { macrotask } from "../support/gates.ts";
import { test, type TestContext } from "../support/harness.ts";
import { folder, LONG_AGO, put, type Tree } from "./site.ts";

const [BR, ZSTD, GZIP] = CODINGS;
const KIBIBYTE = 1024;

/** A folder, and a memory that files of it can be put in as they are. */
function memory(t: TestContext, tree: Tree, limit = 1 << 20) {
  const root = folder(t, tree);
  const hot = new HotFiles(limit);
  const keep = (
    name: string,
    coding: Coding | null = null,
    given?: Uint8Array<ArrayBuffer> | null,
  ) => {
    const path = join(root, name + (coding?.extension ?? ""));
    const bytes = given === undefined ? new Uint8Array(readFileSync(path)) : given;
    const version = statSync(path, { bigint: true });
    hot.set(`/${name}`, coding, {
      path,
      content: new Content({
        name,
        version,
        at: Date.now(),
        coding,
        cacheControl: "x",
        bytes,
        digest: bytes && name,
      }),
    });
  };
  const find = (name: string, accept = "", mayShareLook = false): string => {
    const found = hot.find(`/${name}`, acceptedCodings(accept), mayShareLook);
    return found === undefined ? "none" : new Map(found.fields).get("Content-Encoding") ?? "plain";
  };
  return { root, hot, keep, find };
}

test("HotFiles.find() gives what was set, while the file is what it was", (t) => {
  const changes: Record<string, (path: string) => void> = {
    written: (path) => writeFileSync(path, "b"),
    longer: (path) => writeFileSync(path, "aa"),
    removed: (path) => rmSync(path),
    touched: (path) => utimesSync(path, LONG_AGO + 1, LONG_AGO + 1),
    replaced: (path) => {
      put(join(path, ".."), "new", "a");
      renameSync(join(path, "../new"), path);
    },
  };
  for (const change of Object.values(changes)) {
    const { root, keep, find, hot } = memory(t, { a: "a" });
    assertEquals(find("a"), "none");
    keep("a");
    assertEquals([find("a"), find("a")], ["plain", "plain"]);
    change(join(root, "a"));
    assertEquals([find("a"), hot.size], ["none", 0]);
  }
});

test("HotFiles.find() sees a change that has the size and the time of what was there before", (t) => {
  const { root, keep, find, hot } = memory(t, { a: "0" });
  for (let i = 1; i < 20; i++) {
    keep("a");
    assertEquals(find("a"), "plain");
    put(root, "a", String(i % 10));
    assertEquals([i, find("a"), hot.size], [i, "none", 0]);
  }
});

test("HotFiles.find() looks once a turn of the event loop when it may share the look, else each time", async (t) => {
  const { root, keep, find } = memory(t, { a: "a" });
  keep("a");
  assertEquals(find("a", "br", true), "plain");
  chmodSync(root, 0o700);
  writeFileSync(join(root, "a"), "other");
  writeFileSync(join(root, "a.br"), "b");
  assertEquals(find("a", "br", true), "plain");
  await macrotask();
  await macrotask();
  assertEquals(find("a", "br", true), "none");

  const other = memory(t, { a: "a" });
  other.keep("a");
  assertEquals([other.find("a", "", true), other.find("a")], ["plain", "plain"]);
  writeFileSync(join(other.root, "a"), "other");
  assertEquals(other.find("a"), "none");
});

test("HotFiles.find() chooses among neighbours, and says nothing when there is one that it does not know", (t) => {
  const { root, keep, find } = memory(t, { a: "a", "a.br": "b", "a.gz": "g" });
  keep("a");
  assertEquals([find("a"), find("a", "br"), find("a", "zstd"), find("a", "zstd, gzip")], [
    "plain",
    "none",
    "plain",
    "none",
  ]);
  assert(BR !== undefined && GZIP !== undefined && ZSTD !== undefined);
  keep("a", BR);
  keep("a", GZIP);
  assertEquals([find("a"), find("a", "br, gzip"), find("a", "gzip"), find("a", "zstd")], [
    "plain",
    "br",
    "gzip",
    "plain",
  ]);
  assertEquals([find("a", "br, identity;q=0"), find("a", "zstd, identity;q=0")], ["br", "none"]);
  put(root, "a.zst", "z");
  assertEquals([find("a", "zstd, gzip"), find("a", "gzip")], ["none", "gzip"]);
  rmSync(join(root, "a.br"));
  assertEquals([find("a", "br, gzip"), find("a", "br, gzip")], ["none", "gzip"]);
});

test("HotFiles.find() gives no neighbour that is older than the file, nor one without the file", (t) => {
  const { root, keep, find } = memory(t, { a: "a", "a.br": "b" });
  assert(BR !== undefined);
  keep("a");
  keep("a", BR);
  assertEquals(find("a", "br"), "br");
  put(root, "a", "new", LONG_AGO + 5);
  assertEquals(find("a", "br"), "none");
  keep("a");
  assertEquals(find("a", "br"), "plain");
  rmSync(join(root, "a"));
  assertEquals([find("a", "br"), find("a")], ["none", "none"]);
});

test("HotFiles knows of a file without its bytes, and keeps the bytes that it has", (t) => {
  const { keep, find } = memory(t, { a: "a", "a.br": "b" });
  assert(BR !== undefined);
  keep("a", null, null);
  keep("a", BR);
  assertEquals([find("a"), find("a", "br")], ["none", "br"]);
  keep("a");
  keep("a", null, null);
  assertEquals(find("a"), "plain");
});

test("HotFiles takes no more memory than it may, and lets go first what was not asked for longest", (t) => {
  const names = ["a", "b", "c", "d"];
  const tree = Object.fromEntries(names.map((name) => [name, name.repeat(KIBIBYTE)]));
  const { keep, find, hot } = memory(t, tree, 16 * KIBIBYTE);
  for (const name of names.slice(0, 3)) keep(name);
  assertEquals(names.map((name) => find(name)), ["plain", "plain", "plain", "none"]);
  assertEquals(find("a"), "plain");
  keep("d");
  assertEquals([find("a"), find("b"), find("c"), find("d")], ["plain", "none", "plain", "plain"]);
  assert(hot.size <= 16 * KIBIBYTE && hot.size > 15 * KIBIBYTE, `${hot.size}`);
  keep("b", null, new Uint8Array(17 * KIBIBYTE));
  assertEquals([find("b"), find("a")], ["none", "plain"]);
  for (let i = 0; i < 100; i++) keep("d", null, new Uint8Array(i));
  keep("d");
  assertEquals(find("d"), "plain");
  assert(hot.size <= 16 * KIBIBYTE);
  const none = memory(t, tree, 0);
  none.keep("a");
  assertEquals([none.find("a"), none.hot.size], ["none", 0]);
});
