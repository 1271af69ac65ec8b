import { assert, assertEquals, assertRejects } from "#assert";
import { execFileSync, spawn } from "node:child_process";
import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { Descriptor } from "../../files/descriptor.ts";
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
  assert(["ENAMETOOLONG", "ENOENT"].includes(await what(`${"x/".repeat(3000)}x`) ?? ""));
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
  // What ran mkfifo may have let go of its own meanwhile.
  const after = descriptors() ?? 0;
  assert(after <= (before ?? 0), `descriptors: ${before} before, ${after} after`);
  assertEquals(await what("socket"), null);
  const stdin = await what("stdin");
  assert(stdin === null || !stdin.startsWith("file"), stdin ?? "");
});

test("openFile() is not noticed by whoever waits to write to a FIFO", async (t) => {
  const { path, what } = await opener(t);
  const fifo = join(path, "fifo");
  execFileSync("mkfifo", [fifo]);
  const writer = spawn("sh", ["-c", 'echo ready; echo waited > "$0"', fifo], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => writer.once("close", resolve));
  t.defer(() => writer.kill("SIGKILL"));
  await new Promise((resolve) => writer.stdout.once("data", resolve));
  for (let i = 0; i < 100; i++) assertEquals(await what("fifo"), null);
  const read = execFileSync("cat", [fifo], { encoding: "utf8", timeout: 10_000 });
  assertEquals([read, await ended], ["waited\n", 0]);
});

test("openFile() looks anew for what is another file when it is opened, or none", async (t) => {
  const { path, what, root } = await opener(t, { "a.txt": "a" });
  linkSync(join(path, "a.txt"), join(path, "same.txt"));
  assertEquals(await what("same.txt"), "file a");
  const { open } = Descriptor;
  t.defer(() => Object.assign(Descriptor, { open }));
  const before = descriptors();
  const changes: Record<string, () => void> = {
    replaced: () => {
      writeFileSync(join(path, "new"), "nn");
      renameSync(join(path, "new"), join(path, "a.txt"));
    },
    "a FIFO": () => {
      rmSync(join(path, "a.txt"));
      execFileSync("mkfifo", [join(path, "a.txt")]);
    },
    "a link that leads out": () => {
      rmSync(join(path, "a.txt"));
      symlinkSync("/etc/passwd", join(path, "a.txt"));
    },
    "a folder": () => {
      rmSync(join(path, "a.txt"));
      mkdirSync(join(path, "a.txt"));
    },
    gone: () => rmSync(join(path, "a.txt")),
  };
  const results: Record<string, string | null> = {};
  for (const [name, change] of Object.entries(changes)) {
    rmSync(join(path, "a.txt"), { recursive: true, force: true });
    writeFileSync(join(path, "a.txt"), "a");
    let left = 1;
    // What the path leads to is another just before it is opened.
    Object.assign(Descriptor, {
      open: (...args: Parameters<typeof open>) => {
        if (left-- > 0) change();
        return open.apply(Descriptor, args);
      },
    });
    results[name] = await what("a.txt");
  }
  assertEquals(results, {
    replaced: "file nn",
    "a FIFO": null,
    "a link that leads out": null,
    "a folder": "folder",
    gone: "ENOENT",
  });
  assertEquals(descriptors(), before);
  writeFileSync(join(path, "a.txt"), "a");
  Object.assign(Descriptor, {
    open: async (...args: Parameters<typeof open>) => {
      rmSync(join(path, "a.txt"));
      Object.assign(Descriptor, { open });
      return await open.apply(Descriptor, args).finally(() => {
        writeFileSync(join(path, "a.txt"), "back");
      });
    },
  });
  assertEquals(await what("a.txt"), "file back");
  let times = 0;
  Object.assign(Descriptor, {
    open: (...args: Parameters<typeof open>) => {
      times++;
      changes["replaced"]?.();
      return open.apply(Descriptor, args);
    },
  });
  const error = await assertRejects(() => openFile(root, ["a.txt"]), FilesError, "all the time");
  assertEquals([error.code, times, descriptors()], ["ECHANGED", 16, before]);
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
