import { assert, assertEquals } from "#assert";
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "../support/harness.ts";
import { pattern, put, site } from "./site.ts";

const PAGES = { accept: "text/html,application/xhtml+xml" };

test("Search finds the page of a folder, and sends who left the slash out to it", async (t) => {
  const { get } = await site(t, {
    "index.html": "root",
    "dir/index.html": "dir",
    "a b%/index.html": "odd",
    "x:y/index.html": "scheme",
    "empty/a.txt": "",
    "strange/index.html/x": "",
  });
  assertEquals([(await get("/")).text, (await get("/dir/")).text], ["root", "dir"]);
  const redirects: Record<string, string> = {
    "/dir": "http://localhost/dir/",
    "/dir?a=/b&c": "http://localhost/dir/?a=/b&c",
    "/a%20b%25": "http://localhost/a%20b%25/",
    "/x:y": "http://localhost/x%3Ay/",
    "/strange/index.html": "http://localhost/strange/index.html/",
  };
  for (const [path, expected] of Object.entries(redirects)) {
    const { status, fields: { location = "" } } = await get(path);
    assertEquals([status, new URL(location, `http://localhost${path}`).href], [301, expected]);
    // Where the site is a part of another one, it still leads into it, and nowhere else ever.
    assert(location.startsWith("./"), location);
  }
  for (const path of ["/empty/", "/strange/", "/dir/index.html/", "/none/", "/none"]) {
    assertEquals([path, (await get(path)).status], [path, 404]);
  }
});

test("Search takes other names for pages, or none", async (t) => {
  const tree = {
    "hello.html": "hello",
    "index.html": "index",
    "dir/index.html": "dir",
    "dir/main.htm": "main",
  };
  const home = await site(t, tree, { home: "hello.html" });
  assertEquals([(await home.get("/")).text, (await home.get("/dir/")).text], ["hello", "dir"]);
  const main = await site(t, tree, { index: "main.htm" });
  assertEquals([(await main.get("/")).status, (await main.get("/dir/")).text], [404, "main"]);
  const none = await site(t, tree, { index: null });
  assertEquals([(await none.get("/")).status, (await none.get("/dir/")).status], [404, 404]);
  assertEquals((await none.get("/index.html")).text, "index");
});

test("Search answers what is not there with the root's own page, or a line", async (t) => {
  const { get } = await site(t, {
    "404.html": "<p>gone",
    "404.html.gz": "zipped",
    "dir/404.html": "not this",
  });
  for (
    const path of ["/none", "/dir/none", "/dir/", "/%2e%2e/x", "/.git/config", "/a//b", "/a%2fb"]
  ) {
    const got = await get(path);
    assertEquals([path, got.status, got.text], [path, 404, "<p>gone"]);
    assertEquals([got.fields["content-type"], got.fields["cache-control"]], [
      "text/html; charset=utf-8",
      "no-cache",
    ]);
    assertEquals([got.fields["etag"], got.fields["last-modified"], got.fields["accept-ranges"]], [
      undefined,
      undefined,
      undefined,
    ]);
  }
  const head = await get("/none", {}, "HEAD");
  assertEquals([head.status, head.fields["content-length"], head.text], [404, "7", ""]);
  assertEquals((await get("/none", { range: "bytes=0-0", "if-none-match": "*" })).text, "<p>gone");
  const zipped = await get("/none", { "accept-encoding": "gzip" });
  assertEquals([zipped.text, zipped.fields["content-encoding"]], ["zipped", "gzip"]);
  assertEquals((await get("/404.html")).status, 200);
  const malformed = await get("/%zz");
  assertEquals([malformed.status, malformed.text], [400, "400 Bad Request\n"]);

  const off = await site(t, { "404.html": "<p>gone" }, { notFound: null });
  assertEquals((await off.get("/none")).text, "404 Not Found\n");
  const large = await site(t, { "404.html": pattern(100_000) });
  assertEquals((await large.get("/none")).bytes, pattern(100_000));
});

test("Search gives pages that are not there to sites that route in the browser", async (t) => {
  const { get } = await site(t, {
    "index.html": "app",
    "404.html": "gone",
    "a.js": "1",
    "dir/x": "",
  }, { spa: true });
  for (const path of ["/", "/users", "/users/17", "/users/", "/dir/", "/a/b/c?d"]) {
    const got = await get(path, PAGES);
    assertEquals([path, got.status, got.text], [path, 200, "app"]);
  }
  for (const path of ["/none.js", "/users/a.b", "/.git/config", "/%2e%2e%2fx", "/a//b", "/.env"]) {
    assertEquals([path, (await get(path, PAGES)).status], [path, 404]);
  }
  assertEquals(
    (await get("/users", PAGES)).fields["vary"],
    "Accept-Encoding, Accept, Sec-Fetch-Mode",
  );
  assertEquals((await get("/", PAGES)).fields["vary"], "Accept-Encoding");
  // Whoever names no type takes a page, as curl does; a script of a browser that says so has none.
  const script = { accept: "*/*", "sec-fetch-mode": "cors" };
  const askers: [Record<string, string>, number][] = [
    [{}, 200],
    [{ accept: "*/*" }, 200],
    [{ accept: "image/*, text/*;q=0.5" }, 200],
    [{ accept: "application/json, */*" }, 200],
    [{ accept: "*/*", "sec-fetch-mode": "navigate" }, 200],
    [{ accept: "text/html", "sec-fetch-mode": "cors" }, 200],
    [script, 404],
    [{ "sec-fetch-mode": "no-cors" }, 404],
    [{ accept: "application/json" }, 404],
    [{ accept: "image/*" }, 404],
  ];
  for (const [fields, status] of askers) {
    assertEquals([fields, (await get("/users", fields)).status], [fields, status]);
  }
  assertEquals((await get("/users", script)).text, "gone");
  assertEquals((await get("/users", PAGES, "HEAD")).status, 200);
  assertEquals((await get("/users", PAGES, "POST")).status, 405);
  const { etag = "" } = (await get("/users", PAGES)).fields;
  assertEquals((await get("/users", { ...PAGES, "if-none-match": etag })).status, 304);
  const off = await site(t, { "index.html": "app" });
  assertEquals((await off.get("/users", PAGES)).status, 404);
});

test("Search lists folders when it is asked to, and only those without a page", async (t) => {
  const { get, root } = await site(t, {
    "a.txt": "1",
    "dir/index.html": "page",
    "sub/b c.txt": "",
    ".env": "",
  }, { listing: true });
  const list = await get("/");
  assertEquals([list.status, list.fields["content-type"]], [200, "text/html; charset=utf-8"]);
  const links = [...list.text.matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
  assertEquals(links, ["dir/", "sub/", "a.txt"]);
  assertEquals((await get("/dir/")).text, "page");
  const sub = await get("/sub/");
  assertEquals([...sub.text.matchAll(/href="([^"]*)"/g)].map(([, href]) => href), [
    "../",
    "b%20c.txt",
  ]);
  assertEquals([
    (await get("/sub")).status,
    (await get("/none/")).status,
    (await get("/a.txt/")).status,
  ], [301, 404, 404]);
  assertEquals([
    (await get("/sub/", {}, "HEAD")).fields["content-length"],
    (await get("/sub/", {}, "HEAD")).text,
  ], [String(sub.bytes.length), ""]);
  symlinkSync("/etc", join(root, "out"));
  assertEquals([(await get("/out")).status, (await get("/out/")).status], [404, 404]);
  const off = await site(t, { "a.txt": "" });
  assertEquals((await off.get("/")).status, 404);
});

test("Search answers 404 for what is no file, and for names that no file can have", async (t) => {
  const { get, root } = await site(t, { a: "" });
  execFileSync("mkfifo", [join(root, "fifo")]);
  symlinkSync("loop", join(root, "loop"));
  symlinkSync("/dev/zero", join(root, "zero"));
  const long = "x".repeat(256);
  for (
    const path of [
      "fifo",
      "loop",
      "zero",
      "a/b",
      "a/",
      long,
      `${long}/${long}`,
      "é".repeat(128),
      "x/".repeat(3000),
    ]
  ) {
    assertEquals([path, (await get(`/${path}`)).status], [path, 404]);
  }
});

test("Search sets the Cache-Control that it is told, by path", async (t) => {
  const cacheControl = (path: string) =>
    path.startsWith("/assets/") ? "max-age=31536000, immutable" : "no-cache";
  const { get, errors } = await site(t, { "assets/a b.js": "", "index.html": "" }, {
    cacheControl,
  });
  assertEquals(
    (await get("/assets/a%20b.js")).fields["cache-control"],
    "max-age=31536000, immutable",
  );
  assertEquals((await get("/")).fields["cache-control"], "no-cache");
  assertEquals((await get("/assets/none.js")).fields["cache-control"], "no-cache");
  assertEquals(errors, []);

  const failure = new Error("in cacheControl");
  const failing = await site(t, { a: "" }, {
    cacheControl: () => {
      throw failure;
    },
  });
  assertEquals([(await failing.get("/a")).status, failing.errors.pop()], [500, failure]);
});

/** What the system forbids to everybody but the superuser, who is somebody else for a while here. */
const asNobody = process.getuid?.() === 0 ? process.seteuid : undefined;
if (process.getuid?.() !== 0 || (asNobody !== undefined && !("Deno" in globalThis))) {
  test("Search answers 403 for what it may not read, and tells it", async (t) => {
    const { get, root, errors } = await site(t, { "a.txt": "a", "dir/b.txt": "b" });
    t.defer(() => chmodSync(join(root, "dir"), 0o755));
    chmodSync(root, 0o755);
    chmodSync(join(root, "a.txt"), 0);
    chmodSync(join(root, "dir"), 0);
    asNobody?.(65534);
    t.defer(() => asNobody?.(0));
    for (const path of ["/a.txt", "/dir/b.txt"]) {
      assertEquals([path, (await get(path)).status], [path, 403]);
      assert(/EACCES|permission denied/.test(String(errors.pop())));
    }
    assertEquals((await get("/none")).status, 404);
  });
}

test("Search serves again what was missing as soon as it is there", async (t) => {
  const { get, root } = await site(t, {});
  assertEquals((await get("/a.txt")).status, 404);
  put(root, "a.txt", "a");
  assertEquals((await get("/a.txt")).text, "a");
  rmSync(root, { recursive: true });
  assertEquals([(await get("/a.txt")).status, (await get("/")).status], [404, 404]);
});
