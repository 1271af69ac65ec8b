import { assertEquals, assertRejects } from "#assert";
import { chmodSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import process from "node:process";
import { FilesError } from "../../files/files_error.ts";
import { namesUnder, openRoot, Root } from "../../files/root.ts";
import { test } from "../support/harness.ts";
import { folder } from "./site.ts";

test("namesUnder() ends the folder at the end of a name", () => {
  const cases: [string, string, string[] | null][] = [
    ["/a/b", "/a/b", []],
    ["/a/b", "/a/b/c/d", ["c", "d"]],
    ["/a/b", "/a/bc", null],
    ["/a/b", "/a/b-secrets/c", null],
    ["/a/b", "/a", null],
    ["/a/b", "/", null],
    ["/", "/etc/passwd", ["etc", "passwd"]],
    ["/", "/", []],
  ];
  for (const [root, path, names] of cases) {
    assertEquals([path, namesUnder(root, path)], [path, names]);
  }
});

test("openRoot() makes the path absolute, and says where names lead", async (t) => {
  const path = folder(t, { a: "" });
  const root = await openRoot(relative(process.cwd(), path), true);
  assertEquals([root.path, root.pathOf(["a", "b"])], [path, `${path}/a/b`]);
  assertEquals(new Root("/", "/").pathOf(["a"]), "/a");
  assertEquals(await root.namesOf(join(path, "a")), ["a"]);
  assertEquals(await root.namesOf(`${path}x`), null);
});

test("Root.namesOf() asks anew where a root leads that is a link", async (t) => {
  const path = folder(t, { "one/a": "", "two/a": "" });
  const link = join(path, "link");
  symlinkSync(join(path, "one"), link);
  const root = await openRoot(link, false);
  assertEquals(await root.namesOf(realpathSync(join(link, "a"))), ["a"]);
  rmSync(link);
  symlinkSync(join(path, "two"), link);
  assertEquals(await root.namesOf(realpathSync(join(link, "a"))), ["a"]);
  assertEquals(await root.namesOf(join(path, "one", "a")), null);
});

/** Nothing is forbidden to the superuser, who is somebody else for a while here. */
const asNobody = process.getuid?.() === 0 ? process.seteuid : undefined;
if (process.getuid?.() !== 0 || (asNobody !== undefined && !("Deno" in globalThis))) {
  test("openRoot() refuses a folder that it may not enter, and for lists one that it may not read", async (t) => {
    const path = folder(t, { "in/a": "" });
    chmodSync(path, 0o755);
    const inner = join(path, "in");
    t.defer(() => chmodSync(inner, 0o755));
    chmodSync(inner, 0o711);
    asNobody?.(65534);
    t.defer(() => asNobody?.(0));
    assertEquals((await openRoot(inner, false)).path, inner);
    const unread = await assertRejects(
      () => openRoot(inner, true),
      FilesError,
      "permission denied",
    );
    asNobody?.(0);
    chmodSync(inner, 0o444);
    asNobody?.(65534);
    const closed = await assertRejects(
      () => openRoot(inner, false),
      FilesError,
      "permission denied",
    );
    assertEquals([unread.code, closed.code], ["EACCES", "EACCES"]);
  });
}

test("openRoot() refuses what is no folder, or no path", async (t) => {
  const path = folder(t, { file: "" });
  const error = await assertRejects(
    () => openRoot(join(path, "file"), false),
    FilesError,
    "it is a file, not a folder",
  );
  assertEquals(error.code, "ENOTDIR");
  for (const wrong of ["", "a\0b", 1, null, undefined, {}, new URL("https://a/b")]) {
    // What JavaScript may give, which the types exclude.
    await assertRejects(
      () => openRoot(wrong as string, false),
      TypeError,
      "Cannot serve files: root must be a path or a file: URL, got ",
    );
  }
});
