import { assert, assertEquals, assertRejects } from "#assert";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serveHttp } from "../../http/serve_http.ts";
import { listen } from "../../mod.ts";
import { fileReplies, FilesError, serveFiles } from "../../files/serve_files.ts";
import { runtime, test } from "../support/harness.ts";
import { folder, pattern, site } from "./site.ts";

test("serveFiles() answers with files, types, validators and lengths, each time", async (t) => {
  const { get } = await site(t, { "a.html": "<p>", "b/c.js": "1", "b/index.html": "index" });
  for (let i = 0; i < 3; i++) {
    const page = await get("/a.html");
    assertEquals([page.status, page.text], [200, "<p>"]);
    const { etag = "", "last-modified": modified, ...fields } = page.fields;
    assertEquals(fields, {
      "content-type": "text/html; charset=utf-8",
      "content-length": "3",
      "cache-control": "no-cache",
      vary: "Accept-Encoding",
      "accept-ranges": "bytes",
      "x-content-type-options": "nosniff",
    });
    assert(/^"[^"]+"$/.test(etag), etag);
    assertEquals(modified, "Tue, 14 Nov 2023 22:13:20 GMT");
    assertEquals((await get("/b/")).text, "index");
    assertEquals((await get("/b/c.js")).fields["content-type"], "text/javascript; charset=utf-8");
  }
});

test("serveFiles() answers in the style of fetch: a Response, with a stream for what is large", async (t) => {
  const large = pattern(300_000);
  const handler = await serveFiles(folder(t, { "small.txt": "small", "large.bin": large }));
  const small = await handler(new Request("http://a/small.txt"));
  assert(small instanceof Response);
  assertEquals([small.status, await small.text()], [200, "small"]);
  const got = await handler(new Request("http://a/large.bin"));
  assertEquals(got.headers.get("content-length"), "300000");
  assertEquals(new Uint8Array(await got.arrayBuffer()), large);
  const head = await handler(new Request("http://a/large.bin", { method: "HEAD" }));
  assertEquals([head.headers.get("content-length"), head.body], ["300000", null]);
  const cancelled = await handler(new Request("http://a/large.bin"));
  await cancelled.body?.cancel();
});

test("serveFiles() refuses a root that it cannot serve, in one line with the code", async (t) => {
  const root = folder(t, { file: "" });
  for (
    const [path, code, reason] of [
      [join(root, "none"), "ENOENT", "there is no such folder"],
      [join(root, "file"), "ENOTDIR", "it is a file, not a folder"],
      [join(root, "file", "below"), "ENOTDIR", "it is no folder"],
    ] as const
  ) {
    const error = await fileReplies(path).then(() => null, (error: unknown) => error);
    assert(error instanceof FilesError);
    assertEquals(error.code, code);
    assertEquals(error.message, `Cannot serve the files of ${JSON.stringify(path)}: ${reason}`);
  }
  await assertRejects(() => serveFiles(""), TypeError, "root must be a path");
  await assertRejects(() => serveFiles(new URL("http://a/")), TypeError, "http://a/");
  await assertRejects(() => serveFiles(root, { memory: -1 }), RangeError, "memory");
});

test("serveFiles() takes a URL, and a root that is a link to the next release later on", async (t) => {
  const root = folder(t, { "one/a.txt": "one", "two/a.txt": "two" });
  const current = join(root, "current");
  symlinkSync(join(root, "one"), current);
  const handler = await fileReplies(new URL(`file://${current}`));
  const text = async () => {
    const { body } = await handler(new Request("http://a/a.txt"));
    return body instanceof Uint8Array ? new TextDecoder().decode(body) : null;
  };
  assertEquals([await text(), await text()], ["one", "one"]);
  const { rmSync } = await import("node:fs");
  rmSync(current);
  symlinkSync(join(root, "two"), current);
  assertEquals([await text(), await text()], ["two", "two"]);
});

test("serveFiles() sees at once that a small file was changed, of the same size too", async (t) => {
  const { get, root } = await site(t, { "a.txt": "aaaa" });
  let tag = (await get("/a.txt")).fields["etag"] ?? "";
  for (const text of ["bbbb", "cccc", "dddd", "eeee"]) {
    writeFileSync(join(root, "a.txt"), text);
    const got = await get("/a.txt", { "if-none-match": tag });
    assertEquals([got.status, got.text], [200, text]);
    assert(got.fields["etag"]?.startsWith('"') === true, "it is a strong tag");
    tag = got.fields["etag"];
    assertEquals((await get("/a.txt", { "if-none-match": tag })).status, 304);
  }
});

type Handler = (request: Request, info?: unknown) => Promise<Response>;

/** The runtime's own server of HTTP, where it has one in the style of fetch: its port, and its end. */
function ownServer(handler: Handler): { port: number; end: () => unknown } | undefined {
  // Declared here as far as it is used: no type is common to the three.
  const { Deno, Bun } = globalThis as unknown as {
    Deno?: {
      serve(options: object, handler: Handler): {
        addr: { port: number };
        shutdown(): Promise<void>;
      };
    };
    Bun?: { serve(options: object): { port: number; stop(): Promise<void> } };
  };
  if (Deno !== undefined) {
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => undefined },
      handler,
    );
    return { port: server.addr.port, end: () => server.shutdown() };
  }
  const server = Bun?.serve({ port: 0, hostname: "127.0.0.1", fetch: handler });
  return server && { port: server.port, end: () => server.stop() };
}

if (runtime !== "node") {
  test("serveFiles() answers under the runtime's own server", async (t) => {
    const large = pattern(300_000);
    const handler = await serveFiles(
      folder(t, { "a.txt": "0123456789", large, "dir/index.html": "dir" }),
    );
    const server = ownServer(handler);
    assert(server !== undefined);
    t.defer(server.end);
    const get = (path: string, fields: Record<string, string> = {}, method = "GET") =>
      fetch(`http://127.0.0.1:${server.port}${path}`, {
        method,
        headers: { Connection: "close", ...fields },
      });
    for (let i = 0; i < 2; i++) {
      const small = await get("/a.txt");
      assertEquals([small.status, small.headers.get("content-length"), await small.text()], [
        200,
        "10",
        "0123456789",
      ]);
      const etag = small.headers.get("etag") ?? "";
      const none = await get("/a.txt", { "If-None-Match": etag });
      assertEquals([none.status, await none.text()], [304, ""]);
      const part = await get("/large", { Range: "bytes=70000-70009" });
      assertEquals([part.status, part.headers.get("content-range")], [
        206,
        "bytes 70000-70009/300000",
      ]);
      assertEquals(new Uint8Array(await part.arrayBuffer()), large.slice(70_000, 70_010));
      assertEquals(new Uint8Array(await (await get("/large")).arrayBuffer()), large);
      assertEquals(await (await get("/dir")).text(), "dir");
      const missing = await get("/none");
      assertEquals([missing.status, await missing.text()], [404, "404 Not Found\n"]);
    }
    const head = await get("/large", {}, "HEAD");
    assertEquals([head.status, await head.text()], [200, ""]);
  });
}

test("serveFiles() answers as a part of an application: the rest of the path is what counts", async (t) => {
  const handler = await serveFiles(folder(t, { "a.txt": "a", "dir/index.html": "dir" }));
  const listener = await listen({ port: 0 });
  const stop = new AbortController();
  // What routers do that strip a prefix: another request, and what the server has given beside it.
  const served = serveHttp(listener, (request, info) => {
    const url = new URL(request.url);
    url.pathname = url.pathname.replace(/^\/static/, "");
    return handler(new Request(url, request), info);
  }, { signal: stop.signal });
  const base = `http://127.0.0.1:${listener.addr.port}/static`;
  for (
    const [path, text] of [["/a.txt", "a"], ["/dir/", "dir"], ["/dir", "dir"], ["/dir?a", "dir"]]
  ) {
    const got = await fetch(base + path);
    assertEquals([path, got.status, await got.text()], [path, 200, text]);
  }
  const missing = await fetch(`${base}/none`);
  assertEquals([missing.status, await missing.text()], [404, "404 Not Found\n"]);
  stop.abort();
  await served;
});
