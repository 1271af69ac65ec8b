import { assert, assertEquals, assertRejects } from "#assert";
import * as files from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NetworkError } from "../../core/errors.ts";
import { bindingPath, claimPath, type SocketFiles } from "../../core/stale_socket.ts";
import { test } from "../support/harness.ts";

/** Runs `body` with a folder of its own, which is empty afterwards but for `left`. */
async function withFolder(
  body: (path: string, names: () => string[]) => Promise<void>,
): Promise<void> {
  const folder = files.mkdtempSync(join(tmpdir(), "stale-"));
  try {
    await body(join(folder, "s"), () => files.readdirSync(folder).sort());
  } finally {
    files.rmSync(folder, { recursive: true });
  }
}

async function listening(path: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen({ path }, resolve));
  return server;
}

const closed = (server: Server) => new Promise<void>((resolve) => server.close(() => resolve()));

/** A socket file on which nobody answers. */
async function leaveStale(path: string): Promise<void> {
  const server = await listening(`${path}.1`);
  files.linkSync(`${path}.1`, path);
  await closed(server);
  files.rmSync(`${path}.1`, { force: true });
}

function probe(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    socket.on("error", reject);
    socket.on("connect", () => socket.end());
    socket.on("close", () => resolve());
    socket.resume();
  });
}

const claim = (path: string, bound: string, given: Partial<Parameters<typeof claimPath>[2]> = {}) =>
  claimPath(path, bound, { mode: undefined, files, probe, ...given });

async function refused(promise: Promise<unknown>): Promise<void> {
  const error = await assertRejects(() => promise, NetworkError);
  assertEquals(error.code, "EADDRINUSE");
}

test("bindingPath() is in the same folder, and fits where the path fits", () => {
  assert(/^\/run\/app\.sock\.[0-9a-z]{6}$/.test(bindingPath("/run/app.sock")));
  assert(/^app\.[0-9a-z]{6}$/.test(bindingPath("app")));
  for (let length = 2; length <= 107; length++) {
    const path = `${"/".padEnd(length - 1, "ä")}`.slice(0, 50) + "/s";
    const bound = bindingPath(path);
    const bytes = (text: string) => new TextEncoder().encode(text).length;
    assert(bytes(bound) <= Math.max(107, bytes(path)) && bound !== path, bound);
    assertEquals(bound.lastIndexOf("/"), path.lastIndexOf("/"));
  }
  const longest = "/".padEnd(106, "x") + "/y";
  assertEquals(bindingPath(longest).length, 108);
});

test("bindingPath() is never the path itself, however little room there is for another name", () => {
  const path = `/${"x".repeat(105)}/k`;
  for (let round = 0; round < 1000; round++) {
    const name = bindingPath(path);
    assertEquals([name === path, name.length], [false, path.length]);
  }
});

test("claimPath() moves the socket to its name, with its mode, and gives that back", async () => {
  await withFolder(async (path, names) => {
    const server = await listening(`${path}.b`);
    const release = await claim(path, `${path}.b`, { mode: 0o640 });
    assertEquals(names(), ["s"]);
    assertEquals(files.lstatSync(path).mode & 0o777, 0o640);
    await probe(path);
    release();
    assertEquals(names(), []);
    release();
    await closed(server);
  });
});

test("claimPath() replaces a socket file on which nobody answers", async () => {
  await withFolder(async (path, names) => {
    await leaveStale(path);
    assertEquals(names(), ["s"]);
    const server = await listening(`${path}.b`);
    const release = await claim(path, `${path}.b`);
    await probe(path);
    assertEquals(names(), ["s"]);
    release();
    await closed(server);
  });
});

test("claimPath() leaves a socket alone that answers, and any other file", async () => {
  await withFolder(async (path, names) => {
    const server = await listening(`${path}.b`);
    const other = await listening(path);
    await refused(claim(path, `${path}.b`));
    await probe(path);
    await closed(other);
    files.writeFileSync(path, "text");
    await refused(claim(path, `${path}.b`));
    assertEquals(files.readFileSync(path, "utf8"), "text");
    files.unlinkSync(path);
    files.symlinkSync("/nowhere/at/all", path);
    await refused(claim(path, `${path}.b`));
    files.unlinkSync(path);
    files.mkdirSync(path);
    await refused(claim(path, `${path}.b`));
    assertEquals(names(), ["s", "s.b"]);
    await closed(server);
  });
});

test("claimPath() leaves a socket alone of which nobody knows who is behind it", async () => {
  await withFolder(async (path) => {
    await leaveStale(path);
    const server = await listening(`${path}.b`);
    for (const code of ["EAGAIN", "EACCES", "EPROTOTYPE"]) {
      const unknown = () => Promise.reject(Object.assign(new Error(code), { code }));
      await refused(claim(path, `${path}.b`, { probe: unknown }));
      assert(files.lstatSync(path).isSocket());
    }
    await closed(server);
  });
});

test("claimPath() puts back what another listener has put there meanwhile", async () => {
  await withFolder(async (path, names) => {
    await leaveStale(path);
    const server = await listening(`${path}.b`);
    const other = await listening(`${path}.c`);
    let release = (): void => undefined;
    // The other one is faster: it replaces the file after this one has found it stale.
    const slow = async () => {
      const found = await probe(path).then(() => undefined, (error: Error) => error);
      release = await claim(path, `${path}.c`);
      throw found;
    };
    await refused(claim(path, `${path}.b`, { probe: slow }));
    await probe(path);
    assertEquals(names(), ["s", "s.b"]);
    release();
    await Promise.all([closed(server), closed(other)]);
  });
});

test("claimPath() gives one of many that start at once the path", async () => {
  await withFolder(async (path) => {
    await leaveStale(path);
    const bound = Array.from({ length: 8 }, (_, i) => `${path}.${i}x`);
    const servers = await Promise.all(bound.map(listening));
    const claims = await Promise.allSettled(bound.map((name) => claim(path, name)));
    const won = claims.filter(({ status }) => status === "fulfilled");
    assertEquals(won.length, 1);
    await probe(path);
    for (const result of claims) if (result.status === "fulfilled") result.value();
    await Promise.all(servers.map(closed));
  });
});

test("claimPath() tries again when the file vanishes, and takes it", async () => {
  await withFolder(async (path) => {
    await leaveStale(path);
    const server = await listening(`${path}.b`);
    const vanishing = () => {
      files.unlinkSync(path);
      return Promise.reject(Object.assign(new Error("gone"), { code: "ECONNREFUSED" }));
    };
    const release = await claim(path, `${path}.b`, { probe: vanishing });
    await probe(path);
    release();
    await closed(server);
  });
});

test("claimPath() tries again when the file is gone before it is looked at", async () => {
  await withFolder(async (path) => {
    const server = await listening(`${path}.b`);
    let calls = 0;
    const linkSync = (from: string, to: string) => {
      if (++calls === 1) throw Object.assign(new Error("there"), { code: "EEXIST" });
      files.linkSync(from, to);
    };
    const release = await claim(path, `${path}.b`, { files: { ...files, linkSync } });
    await probe(path);
    release();
    await closed(server);
  });
});

test("claimPath() resolves with a function that throws nothing", async () => {
  await withFolder(async (path) => {
    const server = await listening(`${path}.b`);
    const unlinkSync = (name: string) => {
      if (name === path) throw Object.assign(new Error("read-only"), { code: "EROFS" });
      files.unlinkSync(name);
    };
    (await claim(path, `${path}.b`, { files: { ...files, unlinkSync } }))();
    await closed(server);
  });
});

test("claimPath() gives back nothing that is somebody else's by then", async () => {
  await withFolder(async (path, names) => {
    const server = await listening(`${path}.b`);
    const release = await claim(path, `${path}.b`);
    files.unlinkSync(path);
    const other = await listening(path);
    release();
    assertEquals(names(), ["s"]);
    await probe(path);
    await Promise.all([closed(server), closed(other)]);
  });
});

test("claimPath() passes on what the file system says", async () => {
  const eperm: SocketFiles = {
    ...files,
    linkSync: () => {
      throw Object.assign(new Error("no links here"), { code: "EPERM" });
    },
  };
  const error = await assertRejects(() => claim("/nowhere/a", "/nowhere/b", { files: eperm }));
  assertEquals((error as { code?: unknown }).code, "EPERM");
});
