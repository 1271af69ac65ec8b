import { assertEquals, assertRejects, assertStringIncludes } from "#assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FilesError } from "../../files/files_error.ts";
import { openSite, type SiteHost, type SiteOptions } from "../../program/site.ts";
import { HOST } from "../http/talk.ts";
import { test, type TestContext } from "../support/harness.ts";
import { answerTo, bodyOf } from "./ask.ts";

const PLAIN: SiteOptions = {
  root: undefined,
  cors: false,
  spa: false,
  listing: false,
  metrics: undefined,
};

function host(more: Partial<SiteHost> = {}): SiteHost {
  return {
    stopping: () => false,
    figures: () => Promise.resolve("figures\n"),
    onError: (error) => {
      throw error;
    },
    ...more,
  };
}

/** A folder with these files. */
function folder(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "incoming-"));
  t.defer(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  return root;
}

test("openSite() serves the folder, its index.html and its 404.html, without /sleep", async (t) => {
  const root = folder(t, { "index.html": "index", "404.html": "lost", "a.txt": "a" });
  const site = await openSite({ ...PLAIN, root }, host());
  assertEquals(await bodyOf(site, "/"), ["200", "index"]);
  assertEquals(await bodyOf(site, "/a.txt"), ["200", "a"]);
  for (const path of ["/sleep", "/sleep?ms=0", "/x", "/metrics"]) {
    assertEquals([path, ...await bodyOf(site, path)], [path, "404", "lost"]);
  }
});

test("openSite() hands --spa and --listing to the files", async (t) => {
  const spa = folder(t, { "index.html": "app" });
  const html = `GET /some/route HTTP/1.1\r\n${HOST}Accept: text/html\r\nConnection: close\r\n\r\n`;
  const routed = await answerTo(await openSite({ ...PLAIN, root: spa, spa: true }, host()), html);
  assertStringIncludes(routed, "200 OK");
  assertStringIncludes(routed, "\r\n\r\napp");
  const listed = folder(t, { "one.txt": "", "two.txt": "" });
  const [status, list] = await bodyOf(
    await openSite({ ...PLAIN, root: listed, listing: true }, host()),
    "/",
  );
  assertEquals([status, list.includes("one.txt"), list.includes("two.txt")], ["200", true, true]);
  assertEquals((await bodyOf(await openSite({ ...PLAIN, root: listed }, host()), "/"))[0], "404");
});

test("openSite() rejects with one line when the folder cannot be served", async (t) => {
  const root = folder(t, { "a.txt": "" });
  for (const wrong of [join(root, "no"), join(root, "a.txt"), join(root, "a.txt", "b")]) {
    const error = await assertRejects(
      () => openSite({ ...PLAIN, root: wrong }, host()),
      FilesError,
    );
    assertEquals(/^Cannot serve the files of "[^\n]*": [^\n]+$/.test(error.message), true);
  }
});

test("openSite() has --spa want an index.html", async (t) => {
  for (const files of [{ "a.txt": "" }, {}]) {
    const root = folder(t, files);
    const { message } = await assertRejects(
      () => openSite({ ...PLAIN, root, spa: true }, host()),
      Error,
    );
    assertEquals(message.endsWith(": it has no index.html, which --spa answers with"), true);
  }
});

test("/healthz is ok, and 503 with Connection: close when the server is about to stop", async () => {
  let stopping = false;
  const site = await openSite(PLAIN, host({ stopping: () => stopping }));
  const asked = `GET /healthz HTTP/1.1\r\n${HOST}\r\n`;
  const ok = await answerTo(site, asked);
  assertEquals([ok.split("\r\n")[0], ok.includes("Connection:")], ["HTTP/1.1 200 OK", false]);
  assertEquals(ok.endsWith("\r\n\r\nok\n"), true);
  stopping = true;
  const stop = await answerTo(site, asked);
  assertEquals(stop.split("\r\n")[0], "HTTP/1.1 503 Service Unavailable");
  assertStringIncludes(stop, "\r\nConnection: close\r\n");
  assertStringIncludes(stop, "Cache-Control: no-store\r\n");
});

test("/healthz and the figures are at their path alone, in every form of a target", async () => {
  const site = await openSite({ ...PLAIN, metrics: "/figures" }, host());
  for (const path of ["/healthz", "/healthz?x", "http://ferris/healthz"]) {
    assertEquals([path, ...await bodyOf(site, path)], [path, "200", "ok\n"]);
  }
  for (const path of ["/figures", "/figures?x", "http://ferris/figures"]) {
    assertEquals([path, ...await bodyOf(site, path)], [path, "200", "figures\n"]);
  }
  for (const path of ["/healthz/", "/healthzz", "/figures/", "/figuresx", "/x/healthz"]) {
    assertEquals([path, (await bodyOf(site, path))[0]], [path, "404"]);
  }
  for (const path of ["/healthz", "/figures"]) {
    const head = await answerTo(site, `HEAD ${path} HTTP/1.1\r\n${HOST}\r\n`);
    assertEquals([head.split("\r\n")[0], head.split("\r\n\r\n")[1]], ["HTTP/1.1 200 OK", ""]);
    const post = await answerTo(site, `POST ${path} HTTP/1.1\r\n${HOST}\r\n`);
    assertEquals(post.split("\r\n")[0], "HTTP/1.1 404 Not Found");
  }
  const text = await answerTo(site, `GET /figures HTTP/1.1\r\n${HOST}\r\n`);
  assertStringIncludes(text, "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n");
  assertEquals((await bodyOf(await openSite(PLAIN, host()), "/figures"))[0], "404");
});

test("openSite() lets other sites read all of it, when it is asked to", async () => {
  const site = await openSite({ ...PLAIN, cors: true }, host());
  for (const path of ["/", "/healthz", "/nothing"]) {
    const answer = await answerTo(site, `GET ${path} HTTP/1.1\r\n${HOST}\r\n`);
    assertStringIncludes(answer, "\r\nAccess-Control-Allow-Origin: *\r\n");
  }
  const plain = await answerTo(await openSite(PLAIN, host()), `GET / HTTP/1.1\r\n${HOST}\r\n`);
  assertEquals(plain.includes("Access-Control"), false);
});
