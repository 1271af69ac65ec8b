import { assertEquals, assertStrictEquals } from "#assert";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { connect, listen } from "../../adapters/deno.ts";
import type { ListenOptions } from "../../core/listener.ts";
import { NotSupported } from "../../core/errors.ts";
import { countListeners, reasonOf } from "../support/gates.ts";
import { runtime, test as testEverywhere, type TestContext } from "../support/harness.ts";

/** These are the means of Deno. */
const test: typeof testEverywhere = (...args) => {
  if (runtime === "deno") testEverywhere(...args);
};

const ONE = new Uint8Array([1]);
const codeOf = async (promise: Promise<unknown>) =>
  (await reasonOf(promise) as { code?: string }).code;

/** A path in a folder of its own. */
function somewhere(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "deno-test-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  return join(folder, "a.sock");
}

/** Runs `code` in another Deno, with these permissions; what it prints. */
function runDeno(permissions: string[], code: string): Promise<string> {
  const flags = ["--no-prompt", "--no-lock", "--quiet", "--no-check", "--ext=ts"];
  const { promise, resolve } = Promise.withResolvers<string>();
  const child = spawn(process.execPath, ["run", ...flags, ...permissions, "-"]);
  let output = "";
  child.stdout.on("data", (chunk) => output += chunk);
  child.stderr.on("data", (chunk) => output += chunk);
  child.on("close", () => resolve(output.trim()));
  child.stdin.end(code);
  return promise;
}

const ADAPTER = JSON.stringify(new URL("../../adapters/deno.ts", import.meta.url).href);

test("listen({ path }) binds a socket file with its mode; close() removes it", async (t) => {
  const path = somewhere(t);
  const listener = await listen({ path, mode: 0o620 });
  t.defer(() => listener.close());
  assertEquals(listener.addr, { transport: "unix", path });
  assertEquals([statSync(path).isSocket(), statSync(path).mode & 0o777], [true, 0o620]);
  const incoming = listener.incoming();
  const [client, { value: server }] = await Promise.all([connect({ path }), incoming.next()]);
  const unnamed = { transport: "unix", path: "" };
  assertEquals([client.localAddr, client.remoteAddr], [unnamed, listener.addr]);
  assertEquals([server?.localAddr, server?.remoteAddr], [listener.addr, unnamed]);
  await client.write(ONE);
  assertEquals((await server?.read())?.length, 1);
  await Promise.all([client.close(), server?.close()]);
  await incoming.return();
  assertEquals(existsSync(path), false);
});

test("listen({ path }) replaces the file of a listener that is gone, and no other", async (t) => {
  const path = somewhere(t);
  await runDeno(
    ["-A"],
    `import { listen } from ${ADAPTER};
    await listen({ path: ${JSON.stringify(path)} });
    Deno.kill(Deno.pid, "SIGKILL");`,
  );
  assertEquals(statSync(path).isSocket(), true);
  const listener = await listen({ path });
  t.defer(() => listener.close());
  assertEquals(await codeOf(listen({ path })), "EADDRINUSE");
  const served = listener.incoming().forEachConcurrent((connection) => connection.close());
  // Somebody answered, and still does.
  const client = await connect({ path });
  assertStrictEquals(await client.read(), null);
  await client.close();
  await listener.close();
  await served;

  writeFileSync(path, "mine");
  assertEquals(await codeOf(listen({ path })), "EADDRINUSE");
  assertEquals(readFileSync(path, "utf8"), "mine");
  assertEquals(await codeOf(listen({ path: join(path, "..", "none", "a.sock") })), "ENOENT");
});

test("close() leaves a file that somebody else has put there", async (t) => {
  const path = somewhere(t);
  const first = await listen({ path });
  rmSync(path);
  const second = await listen({ path });
  t.defer(() => second.close());
  await first.close();
  assertEquals(statSync(path).isSocket(), true);
  const served = second.incoming().take(1).forEach((connection) => connection.close());
  await (await connect({ path })).close();
  await served;
});

test("listen({ path }) takes an abstract name", async (t) => {
  const path = `\0deno-test-${process.pid}`;
  const listener = await listen({ path });
  t.defer(() => listener.close());
  assertEquals(await codeOf(listen({ path })), "EADDRINUSE");
  const accepted = listener.incoming().next();
  const client = await connect({ path });
  const { value: server } = await accepted;
  assertEquals([client.remoteAddr, server?.localAddr], [listener.addr, listener.addr]);
  await Promise.all([client.close(), server?.close()]);
});

test("listen() refuses what Deno cannot do", async () => {
  const refused: ListenOptions[] = [
    { port: 0, ipv6Only: true },
    { path: "a.sock", backlog: 5 },
  ];
  for (const options of refused) {
    const error = await reasonOf(listen(options));
    assertEquals(error instanceof NotSupported && /Deno/.test(error.message), true, String(error));
  }
});

test("what is not permitted is ENOTCAPABLE", async (t) => {
  const path = JSON.stringify(somewhere(t));
  const attempts = [
    ["--allow-net", `listen({ path: ${path} })`],
    ["--allow-net", `connect({ path: ${path} })`],
    ["--allow-read", `listen({ port: 0 })`],
    ["--allow-read", `connect({ port: 1 })`],
  ] as const;
  const outputs = await Promise.all(attempts.map(([permission, attempt]) =>
    runDeno(
      [permission],
      `import { connect, listen } from ${ADAPTER};
      await ${attempt}.catch((error) => console.log(error.name, error.code));`,
    )
  ));
  assertEquals(outputs, attempts.map(() => "NetworkError ENOTCAPABLE"));
});

test("connect() says why there is no connection", async (t) => {
  const listener = await listen({ port: 0 });
  await listener.close();
  assertEquals(await codeOf(connect({ port: listener.addr.port })), "ECONNREFUSED");
  assertEquals(await codeOf(connect({ port: 1, hostname: "nowhere.invalid" })), "ENOTFOUND");
  assertEquals(await codeOf(connect({ path: somewhere(t) })), "ENOENT");
});

test("connect() rejects with the reason of its signal, and leaves nothing on it", async (t) => {
  const listener = await listen({ port: 0 });
  t.defer(() => listener.close());
  const path = somewhere(t);
  const unix = await listen({ path });
  t.defer(() => unix.close());
  for (const where of [{ port: listener.addr.port }, { path }]) {
    const controller = new AbortController();
    const count = countListeners(controller.signal);
    const reason = new Error("mine");
    const connecting = reasonOf(connect({ ...where, signal: controller.signal }));
    controller.abort(reason);
    assertStrictEquals(await connecting, reason);
    assertEquals(count(), 0);
    assertStrictEquals(await reasonOf(connect({ ...where, signal: controller.signal })), reason);

    const unused = new AbortController();
    const left = countListeners(unused.signal);
    const connection = await connect({ ...where, signal: unused.signal, timeout: 10_000 });
    assertEquals(left(), 0);
    unused.abort();
    await connection.write(ONE);
    connection.abort();
  }
});
