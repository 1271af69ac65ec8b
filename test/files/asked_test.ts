import { assertEquals } from "#assert";
import { listen } from "../../adapters/memory.ts";
import { type Asked, askedOf } from "../../files/asked.ts";
import { serveHttp } from "../../http/serve_http.ts";
import { test } from "../support/harness.ts";

function parts(url: string, info?: unknown): string[] {
  const { path, query } = askedOf(new Request(url), info);
  return [path, query];
}

test("askedOf() finds path and query in the URL", () => {
  assertEquals(parts("http://a/"), ["/", ""]);
  assertEquals(parts("http://a"), ["/", ""]);
  assertEquals(parts("https://a:1/b%20c?d=/e?f"), ["/b%20c", "?d=/e?f"]);
  assertEquals(parts("http://[::1]:80/x?"), ["/x", "?"]);
});

test("askedOf() believes the target when the URL is made of it", () => {
  const cases: [url: string, target: string, path: string, query?: string][] = [
    ["http://a/x", "/x", "/x"],
    ["http://a/etc", "/b/../etc", "/b/../etc"],
    ["http://a/etc?q", "/%2e%2e/etc?q", "/%2e%2e/etc", "?q"],
    ["http://a/b/c", "/b\\c", "/b\\c"],
    ["http://a/etc", "http://a/x/../etc", "/x/../etc"],
    ["http://a/other", "/x/../etc", "/other"],
    ["http://a/sub/x", "/x", "/sub/x"],
    ["http://a/x", "//a/x", "/x"],
    ["http://a/x", "//../x", "//../x"],
    ["http://a//b/x", "//b/x", "//b/x"],
    ["http://a/x", "*", "/x"],
    ["http://a/x", "", "/x"],
  ];
  for (const [url, target, path, query = ""] of cases) {
    assertEquals([target, ...parts(url, { target })], [target, path, query]);
  }
  for (const info of [null, 1, {}, { target: 1 }, { target: undefined }]) {
    assertEquals(parts("http://a/x", info), ["/x", ""]);
  }
});

test("askedOf() reads the fields of a request, also of one that another one was made of", async () => {
  const headers = { Range: "bytes=0-1", "If-None-Match": '"x"', Accept: "a" };
  const asked = askedOf(new Request("http://a/", { headers }), { target: "/", header: () => "no" });
  const { range, ifNoneMatch, ifMatch } = asked.fields();
  assertEquals([range, ifNoneMatch, asked.header("Accept"), ifMatch], [
    "bytes=0-1",
    '"x"',
    "a",
    undefined,
  ]);
  assertEquals(asked.isLazy, false);

  const listener = await listen({ port: 0 });
  const seen: Asked[] = [];
  const served = serveHttp(listener, (request, info) => {
    seen.push(askedOf(request, info), askedOf(new Request(request), info));
    const { range } = askedOf(request, { target: "/", header: (name: string) => `own ${name}` })
      .fields();
    return { body: range ?? "" };
  });
  const client = await listener.connect();
  const head = "GET /x/../y HTTP/1.1\r\nHost: a\r\nRange: bytes=1-\r\nConnection: close\r\n\r\n";
  await client.write(new TextEncoder().encode(head));
  let answer = "";
  for (let chunk = await client.read(); chunk; chunk = await client.read()) {
    answer += new TextDecoder().decode(chunk);
  }
  await client.close();
  await listener.close();
  await served;
  assertEquals(answer.split("\r\n").at(-1), "own range");
  assertEquals(seen.map(({ path, isLazy }) => [path, isLazy]), [["/x/../y", true], [
    "/x/../y",
    false,
  ]]);
  assertEquals(seen.map((one) => one.fields().range), ["bytes=1-", "bytes=1-"]);
});
