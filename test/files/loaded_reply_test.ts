import { assert, assertEquals, assertRejects } from "#assert";
import { acceptedCodings } from "../../files/accepted_codings.ts";
import { HotFiles } from "../../files/hot_files.ts";
import { load } from "../../files/load.ts";
import { heldBody, replyAndClose } from "../../files/loaded_reply.ts";
import { openRoot } from "../../files/root.ts";
import { test } from "../support/harness.ts";
import { folder, gotOf, pattern } from "./site.ts";

test("replyAndClose() closes the file unless the answer has taken it", async (t) => {
  const root = await openRoot(folder(t, { a: pattern(100_000), b: "held" }), false);
  const store = { root, hot: new HotFiles(0), cacheControl: () => "no-cache" };
  const loaded = async (name: string) => {
    const found = await load(store, [name], acceptedCodings(""));
    assert(found !== null && typeof found === "object");
    return found;
  };
  const none = () => {
    throw new Error("nothing fails");
  };
  const unused = await loaded("a");
  assertEquals(await replyAndClose(unused, () => unused.content.head, none), unused.content.head);
  await assertRejects(async () => await unused.file?.handle.stat());

  const failing = await loaded("a");
  const fail = () => {
    throw new Error("no answer");
  };
  await assertRejects(() => replyAndClose(failing, fail, none), Error, "no answer");
  await assertRejects(async () => await failing.file?.handle.stat());

  const { headers } = unused.content.head;
  const whole = { start: 0, length: 100_000 };
  const used = await loaded("a");
  const reply = await replyAndClose(
    used,
    (bodyOf) => ({ status: 200, headers, body: bodyOf(whole) }),
    none,
  );
  assertEquals((await gotOf(reply)).bytes, pattern(100_000));
  await assertRejects(async () => await used.file?.handle.stat());

  const held = await loaded("b");
  const text = await replyAndClose(
    held,
    (bodyOf) => ({ status: 200, headers: [], body: bodyOf({ start: 1, length: 2 }) }),
    none,
  );
  assertEquals(text.body, new TextEncoder().encode("el"));
});

test("heldBody() gives parts without copying", () => {
  const bytes = pattern(10);
  const part = heldBody(bytes)({ start: 2, length: 3 });
  assert(part instanceof Uint8Array);
  assertEquals([part.buffer === bytes.buffer, [...part]], [true, [...bytes.subarray(2, 5)]]);
  assertEquals(heldBody(null)({ start: 0, length: 0 }), null);
});
