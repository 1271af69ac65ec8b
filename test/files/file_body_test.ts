import { assert, assertEquals, assertRejects } from "#assert";
import {
  appendFileSync,
  constants,
  openSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Descriptor } from "../../files/descriptor.ts";
import { FileBody, PIECE_BYTES } from "../../files/file_body.ts";
import { looked } from "../../files/open_file.ts";
import { FilesError } from "../../files/files_error.ts";
import { test, type TestContext } from "../support/harness.ts";
import { folder, pattern } from "./site.ts";

const SIZE = 3 * PIECE_BYTES + 5;

async function body(t: TestContext, start = 0, length: number = SIZE - start) {
  const path = join(folder(t, { "a.bin": pattern(SIZE) }), "a.bin");
  const handle = await Descriptor.open(path, constants.O_RDONLY);
  const file = await looked(handle);
  const failures: unknown[] = [];
  return {
    path,
    failures,
    handle,
    body: new FileBody(file, { start, length }, (error) => failures.push(error)),
  };
}

async function read(body: FileBody): Promise<number[]> {
  const all: number[] = [];
  for await (const part of body) all.push(...part);
  return all;
}

/** Whether the handle is closed: then nothing can be asked of it. */
async function isClosed(handle: Descriptor): Promise<boolean> {
  return await Promise.resolve().then(() => handle.stat()).then(() => false, () => true);
}

test("FileBody gives just the part, piece by piece, and closes the file", async (t) => {
  for (
    const [start, length] of [[0, SIZE], [1, 2], [PIECE_BYTES, PIECE_BYTES], [
      PIECE_BYTES - 1,
      PIECE_BYTES + 2,
    ], [SIZE - 1, 1]]
  ) {
    const { body: one, handle, failures } = await body(t, start, length);
    assertEquals(await read(one), [...pattern(SIZE).subarray(start, (start ?? 0) + (length ?? 0))]);
    assertEquals([await isClosed(handle), failures], [true, []]);
    assertEquals(await one.next(), { done: true, value: undefined });
  }
});

test("FileBody gives each piece memory of its own", async (t) => {
  const { body: one } = await body(t);
  const first = await one.next();
  const second = await one.next();
  assert(first.value?.buffer !== second.value?.buffer);
  assertEquals(first.value?.[0], pattern(SIZE)[0]);
  await one.return();
});

test("FileBody.return() closes the file at any time, also twice and while it is read", async (t) => {
  const before = await body(t);
  assertEquals(await before.body.return(), { done: true, value: undefined });
  assertEquals([await isClosed(before.handle), (await before.body.next()).done], [true, true]);

  const during = await body(t);
  const reading = during.body.next();
  await Promise.all([during.body.return(), during.body.return()]);
  assertEquals([(await reading).value?.length, await isClosed(during.handle)], [PIECE_BYTES, true]);
  assertEquals([(await during.body.next()).done, during.failures], [true, []]);
});

test("FileBody.return() lets a read end before it closes the file", async (t) => {
  const path = join(folder(t, { "a.bin": pattern(SIZE) }), "a.bin");
  const events: string[] = [];
  class Told extends Descriptor {
    override async read(...args: Parameters<Descriptor["read"]>): Promise<number> {
      const count = await super.read(...args);
      events.push("read");
      return count;
    }
    override close(): Promise<void> {
      events.push("close");
      return super.close();
    }
  }
  const fd = openSync(path, "r");
  const file = await looked(new Told(fd));
  const one = new FileBody(file, { start: 0, length: SIZE }, () => undefined);
  await Promise.all([one.next(), one.return()]);
  assertEquals(events, ["read", "close"]);
});

const CHANGES: Record<string, (path: string) => void> = {
  "is cut": (path) => truncateSync(path, 10),
  "is emptied": (path) => truncateSync(path, 0),
  "loses its last byte": (path) => truncateSync(path, SIZE - 1),
  "grows": (path) => appendFileSync(path, "more"),
  "is written anew": (path) => writeFileSync(path, pattern(SIZE, 1)),
};

for (const [what, change] of Object.entries(CHANGES)) {
  test(`FileBody fails when the file ${what} while it is sent, before its last piece`, async (t) => {
    const { path, body: one, handle, failures } = await body(t);
    let got = 0;
    const reading = async () => {
      for await (const part of one) {
        if (got === 0) change(path);
        got += part.length;
      }
    };
    const error = await assertRejects(reading, FilesError, "Cannot send the file: it");
    assertEquals([error.code, failures, await isClosed(handle)], ["ECHANGED", [error], true]);
    assert(got < SIZE, `${got} bytes`);
    if (what === "is cut") assertEquals(got, PIECE_BYTES, "nothing is made up");
    assertEquals((await one.next()).done, true);
  });
}

test("FileBody sends the whole file that it was given when that is removed, replaced or touched by name", async (t) => {
  const names: Record<string, (path: string) => void> = {
    removed: (path) => rmSync(path),
    replaced: (path) => {
      writeFileSync(`${path}.new`, "new");
      renameSync(`${path}.new`, path);
    },
    renamed: (path) => renameSync(path, `${path}.old`),
    touched: (path) => utimesSync(path, new Date(), new Date(1_700_000_000_000)),
  };
  for (const change of Object.values(names)) {
    const { path, body: one, failures } = await body(t);
    const { value } = await one.next();
    change(path);
    assertEquals([[...value ?? [], ...await read(one)].length, failures], [SIZE, []]);
  }
});

test("FileBody fails with what the system says, and tells it", async (t) => {
  const { body: one, handle, failures } = await body(t);
  await one.next();
  await handle.close();
  const error = await assertRejects(() => one.next());
  assertEquals(failures, [error]);
});
