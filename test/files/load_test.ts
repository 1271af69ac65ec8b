import { assert, assertEquals } from "#assert";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { acceptedCodings } from "../../files/accepted_codings.ts";
import { Descriptor } from "../../files/descriptor.ts";
import { HotFiles } from "../../files/hot_files.ts";
import { keyOf, load, SMALL_BYTES, type Store } from "../../files/load.ts";
import { openRoot } from "../../files/root.ts";
import { test, type TestContext } from "../support/harness.ts";
import { descriptors } from "./wire.ts";
import { folder, LONG_AGO, pattern, put, type Tree } from "./site.ts";

async function store(t: TestContext, tree: Tree): Promise<Store> {
  const root = await openRoot(folder(t, tree), false);
  return { root, hot: new HotFiles(1 << 20), cacheControl: (path) => `path=${path}` };
}

/** What was loaded: the text, after its coding. */
async function loaded(from: Store, name: string, accept = ""): Promise<string | null> {
  const found = await load(from, name.split("/"), acceptedCodings(accept));
  if (found === null || typeof found === "string") return found;
  const { content, file } = found;
  const coding = content.etag.split("-")[1]?.slice(0, -1) ?? "plain";
  if (file === null) return `${coding} ${new TextDecoder().decode(content.bytes ?? undefined)}`;
  await file.handle.close();
  return `${coding} open ${file.stats.size}`;
}

test("load() reads what is small, and leaves open what is not", async (t) => {
  const from = await store(t, {
    "small": pattern(SMALL_BYTES),
    "large": pattern(SMALL_BYTES + 1),
    "empty": "",
    "dir/a": "a",
  });
  assertEquals((await loaded(from, "small"))?.startsWith("plain open"), false);
  assertEquals(await loaded(from, "large"), `plain open ${SMALL_BYTES + 1}`);
  assertEquals([await loaded(from, "empty"), await loaded(from, "dir/a")], ["plain ", "plain a"]);
  assertEquals(await loaded(from, "dir"), "folder");
  const found = await load(from, ["dir", "a"], acceptedCodings(""));
  assert(found !== null && typeof found === "object");
  assertEquals(new Map(found.content.fields).get("Cache-Control"), "path=/dir/a");
  assertEquals([from.hot.find("/small", acceptedCodings(""), false)?.size, keyOf(["dir", "a"])], [
    SMALL_BYTES,
    "/dir/a",
  ]);
});

test("load() takes the neighbour that the client likes best", async (t) => {
  const from = await store(t, {
    a: "plain",
    "a.br": "B",
    "a.zst": "Z",
    "a.gz": "G",
    b: "plain",
    "b.gz": "G",
  });
  const cases: [string, string, string][] = [
    ["a", "", "plain plain"],
    ["a", "gzip, deflate, br, zstd", "br B"],
    ["a", "gzip, zstd", "zstd Z"],
    ["a", "gzip", "gzip G"],
    ["a", "br;q=0.1, gzip", "gzip G"],
    ["a", "br;q=0, *", "zstd Z"],
    ["a", "identity;q=0, br", "br B"],
    ["a", "identity, br;q=0.9", "plain plain"],
    ["b", "br, gzip", "gzip G"],
    ["b", "br, zstd", "plain plain"],
    ["b", "br, identity;q=0", "unacceptable"],
    ["b", "*;q=0", "unacceptable"],
    ["b.gz", "gzip", "plain G"],
  ];
  for (const [name, accept, expected] of cases) {
    assertEquals([name, accept, await loaded(from, name, accept)], [name, accept, expected]);
  }
});

test("load() takes no neighbour that is older, no file, or outside of the root", async (t) => {
  const from = await store(t, { a: "plain", b: "plain", c: "plain", d: "plain", "c.br/x": "" });
  const { path } = from.root;
  put(path, "a.br", "old", LONG_AGO - 1);
  put(path, "a.gz", "G", LONG_AGO + 1);
  symlinkSync("/etc/passwd", join(path, "b.br"));
  symlinkSync("nowhere", join(path, "d.br"));
  assertEquals(await loaded(from, "a", "br, gzip"), "gzip G");
  for (const name of ["b", "c", "d"]) {
    assertEquals(await loaded(from, name, "br, gzip"), "plain plain");
  }
  rmSync(join(path, "a"));
  const failure = await loaded(from, "a", "br").then(
    () => "none",
    (error: unknown) => String(error),
  );
  assert(/ENOENT/.test(failure), "a neighbour is nothing without the file");
});

test("load() reads a file anew that was written to between its bytes and the look after them", async (t) => {
  const from = await store(t, { a: "aaaa" });
  const path = join(from.root.path, "a");
  const { read } = Descriptor.prototype;
  t.defer(() => Object.assign(Descriptor.prototype, { read }));
  const texts = ["bbbb", "cc", "dddddd"];
  Object.assign(Descriptor.prototype, {
    async read(this: Descriptor, ...args: Parameters<typeof read>): Promise<number> {
      const count = await read.apply(this, args);
      const text = texts.shift();
      if (text !== undefined) writeFileSync(path, text);
      return count;
    },
  });
  assertEquals(await loaded(from, "a"), "plain dddddd");
});

test("load() keeps nothing whose next change may have the same time", async (t) => {
  const from = await store(t, {});
  for (const [content, tag] of [["x", '"'], [pattern(SMALL_BYTES + 1), 'W/"']] as const) {
    put(from.root.path, "future", content, Date.now() / 1000 + 3600);
    const found = await load(from, ["future"], acceptedCodings(""));
    assert(found !== null && typeof found === "object");
    await found.file?.handle.close();
    assert(found.content.etag.startsWith(tag), found.content.etag);
    assertEquals([found.content.modified, from.hot.size], [undefined, 0]);
  }
});

test("load() closes what it does not give", async (t) => {
  const from = await store(t, {
    a: "a",
    "a.br": "b",
    "a.gz": "g",
    dir: "",
    large: pattern(100_000),
  });
  put(from.root.path, "a.br", "old", LONG_AGO - 1);
  const before = descriptors();
  for (let i = 0; i < 20; i++) {
    assertEquals(await loaded(from, "a", "br, gzip"), "gzip g");
    assertEquals(await loaded(from, "a", "zstd, identity;q=0"), "unacceptable");
    await loaded(from, "large");
  }
  assertEquals(descriptors(), before);
});

test("load() takes a large neighbour, and a small one of what is large", async (t) => {
  const large = pattern(SMALL_BYTES * 2);
  const from = await store(t, { a: large, "a.br": "B", b: "plain", "b.br": large });
  // The second time, what is beside it has come to rest as well.
  for (let i = 0; i < 2; i++) assertEquals(await loaded(from, "a", "br"), "br B");
  assertEquals(from.hot.find("/a", acceptedCodings("br"), false)?.size, 1);
  assertEquals(from.hot.find("/a", acceptedCodings(""), false), undefined);
  assertEquals(await loaded(from, "b", "br"), `br open ${large.length}`);
});

test("load() reads a file anew that is written to meanwhile, and never half of it", async (t) => {
  const from = await store(t, { a: "" });
  const path = join(from.root.path, "a");
  let writing = true;
  const writer = (async () => {
    for (let i = 0; writing; i++) {
      writeFileSync(path, String(i % 10).repeat(1000));
      // A time: how long ago a file was written says whether it has come to rest.
      await new Promise((resolve) => setTimeout(resolve, i % 40));
    }
  })();
  try {
    for (let i = 0; i < 20; i++) {
      const text = (await loaded(from, "a"))?.slice("plain ".length) ?? "";
      assert(text === (text[0] ?? "").repeat(1000) || text === "", text.slice(0, 20));
    }
  } finally {
    writing = false;
    await writer;
  }
});
