import { assert, assertEquals, assertRejects } from "#assert";
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { connect, listen } from "../../adapters/bun.ts";
import { NotSupported } from "../../core/errors.ts";
import { macrotask } from "../support/gates.ts";
import { codeFrom, echo, folder, testOnBun, textFrom } from "./bun_peers.ts";

const HELLO = new TextEncoder().encode("hello");

/** What a listener at `path` answers. */
async function greet(path: string): Promise<string | null> {
  const connection = await connect({ path });
  await connection.write(HELLO);
  const answer = await textFrom(connection);
  await connection.close();
  return answer;
}

function modeOf(path: string): string {
  return (lstatSync(path).mode & 0o777).toString(8);
}

testOnBun(
  "listen({ path }) of Bun serves, tells the addresses, and removes the file",
  async (t) => {
    const path = join(folder(t), "a.sock");
    const listener = await listen({ path });
    assertEquals(listener.addr, { transport: "unix", path });
    const incoming = listener.incoming();
    const client = await connect({ path });
    const { value: server } = await incoming.next();
    const [named, unnamed] = [{ transport: "unix", path }, { transport: "unix", path: "" }];
    assertEquals([server?.localAddr, server?.remoteAddr], [named, unnamed]);
    assertEquals([client.localAddr, client.remoteAddr], [unnamed, named]);
    await Promise.all([client.close(), server?.close()]);
    await listener.close();
    assertEquals(existsSync(path), false);
  },
);

testOnBun(
  "listen({ path, mode }) of Bun gives the file its mode, whatever the umask is",
  async (t) => {
    const path = join(folder(t), "a.sock");
    const before = process.umask(0o077);
    t.defer(() => process.umask(before));
    for (const mode of [0o600, 0o666, 0o770]) {
      const listener = await listen({ path, mode });
      assertEquals(modeOf(path), mode.toString(8));
      await listener.close();
    }
    const listener = await listen({ path });
    assertEquals(modeOf(path), "700");
    await listener.close();
  },
);

testOnBun("listen({ path }) of Bun replaces a socket that nobody answers on", async (t) => {
  const path = join(folder(t), "a.sock");
  const dead = await listen({ path });
  // A listener takes its own name away; the other name of its file stays, as after a crash.
  linkSync(path, `${path}.left`);
  await dead.close();
  renameSync(`${path}.left`, path);
  assertEquals(await codeFrom(connect({ path })), "ECONNREFUSED");
  const listener = await listen({ path });
  const served = listener.incoming().forEachConcurrent(echo);
  assertEquals(await greet(path), "hello");
  await listener.close();
  await served;
});

testOnBun("listen({ path }) of Bun leaves a live socket, a file and a folder alone", async (t) => {
  const path = join(folder(t), "a.sock");
  const listener = await listen({ path });
  const served = listener.incoming().forEachConcurrent(echo);
  assertEquals(await codeFrom(listen({ path })), "EADDRINUSE");
  assertEquals(await greet(path), "hello");
  await listener.close();
  await served;
  writeFileSync(path, "mine");
  assertEquals(await codeFrom(listen({ path })), "EADDRINUSE");
  assertEquals(lstatSync(path).size, 4);
  assertEquals(await codeFrom(listen({ path: join(path, "..") })), "EADDRINUSE");
});

testOnBun("close() of Bun leaves a file that has taken the place of its own", async (t) => {
  const path = join(folder(t), "a.sock");
  const first = await listen({ path });
  renameSync(path, `${path}.old`);
  const second = await listen({ path });
  const served = second.incoming().forEachConcurrent(echo);
  await first.close();
  assertEquals(await greet(path), "hello");
  await second.close();
  await served;
  assertEquals(existsSync(path), false);
});

testOnBun("close() of Bun resolves also when it cannot look for its file", async (t) => {
  const parent = join(folder(t), "parent");
  mkdirSync(parent);
  const listener = await listen({ path: join(parent, "a.sock") });
  rmSync(parent, { recursive: true });
  writeFileSync(parent, "");
  await listener.close();
});

testOnBun("listen({ path }) of Bun says what is wrong with the path", async (t) => {
  const missing = join(folder(t), "missing", "a.sock");
  const error = await listen({ path: missing }).catch((error: Error) => error);
  assert(error instanceof Error);
  assert(error.message.startsWith(`Cannot listen on unix:${missing}: `), error.message);
  assertEquals(await codeFrom(listen({ path: missing })), "ENOENT");
  await assertRejects(() => listen({ path: missing, backlog: 5 }), NotSupported, "backlog");
});

testOnBun("listen({ path }) of Bun takes an abstract name, which no file stands for", async () => {
  if (process.platform !== "linux") return;
  const path = `\0bun-test-${Math.random()}`;
  const listener = await listen({ path });
  const served = listener.incoming().forEachConcurrent(echo);
  assertEquals(listener.addr.path, path);
  assertEquals(await codeFrom(listen({ path })), "EADDRINUSE");
  assertEquals(await greet(path), "hello");
  await listener.close();
  await served;
  await macrotask();
  assertEquals(await codeFrom(connect({ path })), "ECONNREFUSED");
});

testOnBun(
  "a made unix connection of Bun fails when it writes to a peer that is gone",
  async (t) => {
    const path = join(folder(t), "a.sock");
    const listener = await listen({ path });
    const incoming = listener.incoming();
    const client = await connect({ path });
    const { value: server } = await incoming.next();
    server?.abort();
    await server?.close();
    const writing = (async () => {
      for (;;) {
        await client.write(HELLO);
        await macrotask();
      }
    })();
    assertEquals(await codeFrom(writing), "ECONNRESET");
    await client.close();
    await listener.close();
  },
);
