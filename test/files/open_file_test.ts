import { assert, assertEquals, assertRejects } from "#assert";
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { openFile, rested } from "../../files/open_file.ts";
import { FilesError } from "../../files/files_error.ts";
import { openRoot, Root } from "../../files/root.ts";
import { REST_MS } from "../../files/file_version.ts";
import { codeOf } from "../../core/errors.ts";
import { test, type TestContext } from "../support/harness.ts";
import { folder, type Tree } from "./site.ts";
import { descriptors } from "./wire.ts";

/** What a path in a folder is: a file by its content. */
async function opener(t: TestContext, tree: Tree = {}) {
  const outside = folder(t, { "secret.txt": "secret", "dir/index.html": "secret" });
  const path = folder(t, tree);
  const root = await openRoot(path, false);
  const what = async (name: string): Promise<string | null> => {
    const opened = await openFile(root, name.split("/")).catch((error: unknown) =>
      codeOf(error, "?")
    );
    if (opened === null || typeof opened === "string") return opened;
    try {
      const bytes = new Uint8Array(10);
      const count = await opened.handle.read(bytes, 0, 10, 0);
      return `file ${new TextDecoder().decode(bytes.subarray(0, count))}`;
    } finally {
      await opened.handle.close();
    }
  };
  return { outside, path, what, root };
}

test("openFile() opens files, tells folders, and rejects with what the system says", async (t) => {
  const { what } = await opener(t, { "a.txt": "a", "dir/b.txt": "b", "é e\u0301": "c" });
  assertEquals(await what("a.txt"), "file a");
  assertEquals(await what("dir/b.txt"), "file b");
  assertEquals(await what("é e\u0301"), "file c");
  assertEquals(await what("dir"), "folder");
  assertEquals([await what("none"), await what("a.txt/below")], ["ENOENT", "ENOTDIR"]);
  assertEquals(await what("x".repeat(256)), "ENAMETOOLONG");
  assertEquals(await what(`${"x/".repeat(3000)}x`), "ENAMETOOLONG");
});

test("openFile() follows links that stay under the root, and no others", async (t) => {
  const { path, outside, what } = await opener(t, { "a.txt": "a", "dir/b.txt": "b" });
  const link = (target: string, name: string) => symlinkSync(target, join(path, name));
  link("a.txt", "to-file");
  link("dir", "to-dir");
  link(join(path, "a.txt"), "absolute");
  link("to-file", "to-link");
  link(join(outside, "secret.txt"), "out-file");
  link(outside, "out-dir");
  link("/etc/passwd", "passwd");
  link("..", "up");
  link("/", "slash");
  link("nowhere", "broken");
  link("loop", "loop");
  for (const name of ["to-file", "to-link", "absolute"]) assertEquals(await what(name), "file a");
  assertEquals([await what("to-dir"), await what("to-dir/b.txt")], ["folder", "file b"]);
  const refused =
    "out-file out-dir out-dir/secret.txt out-dir/dir passwd up slash slash/etc/passwd";
  for (const name of refused.split(" ")) assertEquals([name, await what(name)], [name, null]);
  assertEquals([await what("broken"), await what("loop")], ["ENOENT", "ELOOP"]);
  // Up and in again is in.
  link(`../${path.split("/").at(-1)}/dir`, "round");
  assertEquals(await what("round/b.txt"), "file b");
});

test("openFile() does not follow a link into a folder whose name only begins as the root's", async (t) => {
  const { path, what } = await opener(t);
  const sibling = `${path}-secrets`;
  mkdirSync(sibling);
  const { rmSync } = await import("node:fs");
  t.defer(() => rmSync(sibling, { recursive: true }));
  writeFileSync(join(sibling, "a"), "secret");
  symlinkSync(join(sibling, "a"), join(path, "a"));
  assertEquals(await what("a"), null);
});

test("openFile() neither waits for a FIFO nor reads a socket or a device", async (t) => {
  const { path, what } = await opener(t);
  execFileSync("mkfifo", [join(path, "fifo")]);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(path, "socket"), resolve));
  t.defer(() => new Promise((resolve) => server.close(resolve)));
  symlinkSync("/dev/zero", join(path, "zero"));
  symlinkSync("/dev/stdin", join(path, "stdin"));
  const before = descriptors();
  for (let i = 0; i < 20; i++) {
    assertEquals([await what("fifo"), await what("zero"), await what("")], [null, null, "folder"]);
  }
  assertEquals(descriptors(), before);
  assertEquals(["ENXIO", "ENODEV", "EOPNOTSUPP"].includes(await what("socket") ?? ""), true);
  const stdin = await what("stdin");
  assert(stdin === null || !stdin.startsWith("file"), stdin ?? "");
});

test("openFile() opens anew what is another file than the one its path leads to at last", async (t) => {
  const { path, what } = await opener(t, { "a.txt": "a" });
  linkSync(join(path, "a.txt"), join(path, "same.txt"));
  assertEquals(await what("same.txt"), "file a");
  // The path leads elsewhere when it is followed the second time: so often.
  let times = 0;
  let left = 3;
  const moved: Root = Object.assign(new Root(path, path), {
    namesOf: () => {
      times++;
      if (left-- > 0) {
        writeFileSync(join(path, "new"), `n${left}`);
        renameSync(join(path, "new"), join(path, "a.txt"));
      }
      return Promise.resolve(["a.txt"]);
    },
  });
  const opened = await openFile(moved, ["a.txt"]);
  assert(opened !== null && opened !== "folder");
  assertEquals([times, opened.stats.size], [4, 2n]);
  await opened.handle.close();
  left = Infinity;
  const error = await assertRejects(() => openFile(moved, ["a.txt"]), FilesError, "all the time");
  assertEquals(error.code, "ECHANGED");
});

test("openFile() looks again for what is gone when it follows the path the second time", async (t) => {
  const { path } = await opener(t, { "a.txt": "a", "b.txt": "b" });
  let gone = 1;
  const removing: Root = Object.assign(new Root(path, path), {
    namesOf: () => {
      // As Bun's realpath() says it of a file that has lost its name.
      if (gone-- > 0) return Promise.reject(Object.assign(new Error("gone"), { code: "ENOENT" }));
      return Promise.resolve(["a.txt"]);
    },
  });
  const opened = await openFile(removing, ["a.txt"]);
  assert(opened !== null && opened !== "folder");
  await opened.handle.close();
  gone = Infinity;
  await assertRejects(() => openFile(removing, ["a.txt"]), FilesError, "all the time");
});

test("rested() waits until the next change has another time", async (t) => {
  const { path, root } = await opener(t);
  writeFileSync(join(path, "a"), "1");
  const opened = await openFile(root, ["a"]);
  assert(opened !== null && opened !== "folder");
  t.defer(() => opened.handle.close());
  const after = await rested(opened);
  const age = Date.now() - Number(after.stats.mtimeNs / 1_000_000n);
  assert(age >= REST_MS, `${age} ms`);
  assert(await rested(after) === after, "it does not wait again");
  // What was read before it was at rest may have changed since, without another time.
  const early = { ...after, at: Number(after.stats.mtimeNs / 1_000_000n) + 1 };
  assert((await rested(early)).at >= after.at && await rested(early) !== early);
  const future = { ...after, at: 0 };
  assert(await rested(future) === future, "nobody knows how long");
  await assertRejects(() => openFile(root, ["none"]));
});
