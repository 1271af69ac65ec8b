import { assertEquals, assertRejects, assertStringIncludes } from "#assert";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PAGES, remoteReplies } from "../../program/remote_pages.ts";
import { pathOf } from "../main/server_process.ts";
import { test, type TestContext } from "../support/harness.ts";
import { answerTo, bodyOf } from "./ask.ts";
import { HOST } from "../http/talk.ts";

test("PAGES are the files of static/", () => {
  assertEquals([...PAGES].sort(), readdirSync(pathOf("static")).sort());
});

/** An address where the pages are, but one. */
async function place(t: TestContext, missing?: string): Promise<URL> {
  const server = createServer(({ url = "" }, response) => {
    response.setHeader("connection", "close");
    if (url === `/p/${missing}`) response.writeHead(503).end("no");
    else response.end(readFileSync(pathOf(url.replace("/p/", "static/"))));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.defer(() => new Promise((resolve) => server.close(resolve)));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/p/`);
}

test("remoteReplies() answers from memory what it has fetched", async (t) => {
  const replies = await remoteReplies(await place(t));
  const [hello, lost] = ["hello.html", "404.html"].map((name) => {
    return readFileSync(pathOf(`static/${name}`), "latin1");
  });
  assertEquals(await bodyOf(replies, "/"), ["200", hello]);
  assertEquals(await bodyOf(replies, "/hello.html?x"), ["200", hello]);
  for (const path of ["/x", "/p/hello.html", "//hello.html", "/%68ello.html"]) {
    assertEquals([path, ...await bodyOf(replies, path)], [path, "404", lost]);
  }
  const css = await answerTo(replies, `HEAD /demo.css HTTP/1.1\r\n${HOST}\r\n`);
  assertStringIncludes(css, "Content-Type: text/css; charset=utf-8\r\n");
  assertStringIncludes(
    css,
    `Content-Length: ${readFileSync(pathOf("static/demo.css")).length}\r\n`,
  );
});

test("remoteReplies() says in one line which page it cannot have", async (t) => {
  const url = await place(t, "404.html");
  const { message } = await assertRejects(() => remoteReplies(url), Error);
  assertEquals(message, `Cannot serve the pages of ${url.href}: 404.html is 503 there`);
});
