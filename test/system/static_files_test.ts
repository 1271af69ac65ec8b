/** Files, as curl and wrk see them; and what becomes of the server when the files do strange things. */

import { assert, assertEquals, assertMatch } from "#assert";
import { appendFileSync, readFileSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { pattern, put } from "../files/site.ts";
import { runtime, test } from "../support/harness.ts";
import { curl, run, serveFolder } from "./files_process.ts";

const MEBIBYTE = 1 << 20;
const PAGE = "<!DOCTYPE html><p>A page that is somewhat longer than its compressed forms are."
  .repeat(20);
const STATUS = ["--output", "/dev/null", "--write-out", "%{response_code}\n"];

test(`curl gets files, parts of them, and goes on where it stopped on ${runtime}`, async (t) => {
  const large = pattern(3 * MEBIBYTE + 17);
  const { base, target, ended } = await serveFolder(t, (root) => {
    writeFileSync(join(root, "large.bin"), large);
    writeFileSync(join(root, "small.txt"), "0123456789");
  });
  const output = join(target, "output");
  const written = () => readFileSync(output);
  await curl("--output", output, `${base}/large.bin`);
  assert(written().equals(large), "whole");
  for (const keep of [0, 1, 65_536, MEBIBYTE, large.length - 1]) {
    truncateSync(output, keep);
    await curl("--continue-at", "-", "--output", output, `${base}/large.bin`);
    assert(written().equals(large), `from ${keep} on`);
  }
  for (
    const [range, from, to] of [["0-0", 0, 1], ["65535-65537", 65_535, 65_538], [
      "-5",
      large.length - 5,
      large.length,
    ]] as const
  ) {
    await curl("--range", range, "--output", output, `${base}/large.bin`);
    assert(written().equals(large.subarray(from, to)), range);
  }
  assertEquals(await curl("--range", "2-4", `${base}/small.txt`), "234");
  assertEquals(await curl("--range", "2-4,6-7", `${base}/small.txt`), "0123456789");
  assertEquals(await curl("--range", "10-", ...STATUS, `${base}/small.txt`), "416\n");
  const head = await curl("--head", `${base}/large.bin`);
  assertMatch(head, new RegExp(`^Content-Length: ${large.length}\r$`, "m"));
  await ended();
});

test(`curl keeps what it has while that is current, by tag and by date, on ${runtime}`, async (t) => {
  const { base, root, target, ended } = await serveFolder(t, (root) => put(root, "a.txt", "one"));
  const [output, tag] = [join(target, "output"), join(target, "tag")];
  const byTag = (...more: string[]) =>
    curl(
      "--etag-compare",
      tag,
      "--etag-save",
      tag,
      "--output",
      output,
      "--write-out",
      "%{response_code}",
      ...more,
      `${base}/a.txt`,
    );
  assertEquals([await byTag(), await byTag(), await byTag("--head")], ["200", "304", "304"]);
  const byDate = () =>
    curl(
      "--time-cond",
      output,
      "--output",
      join(target, "other"),
      "--write-out",
      "%{response_code}",
      `${base}/a.txt`,
    );
  await curl("--remote-time", "--output", output, `${base}/a.txt`);
  assertEquals(await byDate(), "304");
  writeFileSync(join(root, "a.txt"), "two");
  assertEquals([await byTag(), readFileSync(output, "utf8")], ["200", "two"]);
  assertEquals(await curl("--header", 'If-Match: "x"', ...STATUS, `${base}/a.txt`), "412\n");
  await ended();
});

test(`curl --compressed gets compressed neighbours, and the page in them, on ${runtime}`, async (t) => {
  const { base, root, ended } = await serveFolder(t, (root) => {
    put(root, "index.html", PAGE);
    put(root, "index.html.gz", gzipSync(PAGE));
    put(root, "index.html.br", brotliCompressSync(PAGE));
  });
  const coded = async (accept: string) => {
    const text = await curl("--header", `Accept-Encoding: ${accept}`, "--head", `${base}/`);
    return [
      /^Content-Encoding: (.*)\r$/mi.exec(text)?.[1],
      Number(/^Content-Length: (.*)\r$/mi.exec(text)?.[1]),
    ];
  };
  for (let i = 0; i < 2; i++) {
    assertEquals(await curl("--compressed", `${base}/`), PAGE);
    assertEquals(await coded("gzip"), ["gzip", gzipSync(PAGE).length]);
    assertEquals(await coded("gzip, br"), ["br", brotliCompressSync(PAGE).length]);
    assertEquals(await coded("gzip;q=0.9, br;q=0.1"), ["gzip", gzipSync(PAGE).length]);
    assertEquals(await coded("identity"), [undefined, PAGE.length]);
  }
  writeFileSync(join(root, "index.html"), "new");
  assertEquals(await curl("--compressed", `${base}/`), "new");
  await ended();
});

test(
  `a file that changes while curl gets it is cut, reported, and right the next time on ${runtime}`,
  async (t) => {
    const size = 12 * MEBIBYTE;
    const { base, root, target, server, ended } = await serveFolder(t, (root) => {
      for (const name of ["cut", "grown", "replaced"]) {
        writeFileSync(join(root, name), pattern(size));
      }
    });
    const slowly = async (name: string, change: (path: string) => void) => {
      const output = join(target, name);
      writeFileSync(output, "");
      const got = curl("--limit-rate", "12M", "--output", output, `${base}/${name}`)
        .then(() => 0, (error: { code: number }) => error.code);
      while (readFileSync(output).length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      change(join(root, name));
      const code = await got;
      return { code, bytes: readFileSync(output) };
    };
    const changes: Record<string, (path: string) => void> = {
      cut: (path) => truncateSync(path, 10),
      grown: (path) => appendFileSync(path, "more"),
    };
    for (const [name, change] of Object.entries(changes)) {
      const { code, bytes } = await slowly(name, change);
      assert(code === 18 || code === 56, `${name}: curl has ended with ${code}`);
      assert(bytes.length < size, `${bytes.length}`);
      await server.said(
        /reported FilesError: Cannot send the file: it .* meanwhile \(ECHANGED\)\n/,
      );
      server.stdout = "";
    }
    assertEquals(await curl(`${base}/cut`), readFileSync(join(root, "cut"), "latin1"));
    const { code, bytes } = await slowly("replaced", (path) => {
      writeFileSync(`${path}.new`, "new");
      renameSync(`${path}.new`, path);
    });
    assertEquals([code, bytes.equals(pattern(size)), await curl(`${base}/replaced`)], [
      0,
      true,
      "new",
    ]);
    assertEquals(server.stdout, "");
    await ended();
  },
  { timeout: 60_000 },
);

test(`wrk sees whole files only while they are replaced under load on ${runtime}`, async (t) => {
  const versions = ["a", "b", "c"].map((letter) => letter.repeat(1000 + letter.charCodeAt(0)));
  const { base, root, ended } = await serveFolder(
    t,
    (root) => writeFileSync(join(root, "a.txt"), versions[0] ?? ""),
  );
  const script = join(root, "check.lua");
  writeFileSync(
    script,
    [
      "function response(status, headers, body)",
      "  local first = body:sub(1, 1)",
      "  if status ~= 200 or body ~= first:rep(1000 + first:byte()) then print('BAD ' .. status .. ' ' .. #body) end",
      "end",
    ].join("\n"),
  );
  const load = run("wrk", "-t1", "-c16", "-d2s", "--script", script, `${base}/a.txt`);
  let running = true;
  const output = load.finally(() => running = false);
  for (let i = 0; running; i++) {
    const path = join(root, "a.txt");
    writeFileSync(`${path}.new`, versions[i % versions.length] ?? "");
    renameSync(`${path}.new`, path);
    await new Promise((resolve) => setTimeout(resolve, i % 7));
  }
  const text = await output;
  assert(!/BAD|Socket errors|Non-2xx/.test(text), text.slice(0, 500));
  assert(Number(/([0-9]+) requests in/.exec(text)?.[1]) > 100, text);
  await ended();
});

test(`a server without descriptors answers 503, and from memory, and recovers on ${runtime}`, async (t) => {
  const { base, server, ended } = await serveFolder(
    t,
    (root) => {
      put(root, "hot.txt", "hot");
      put(root, "cold.txt", "cold");
      put(root, "large.bin", pattern(MEBIBYTE));
    },
    {},
    200,
  );
  const paths = [
    "hot.txt",
    "hot.txt",
    "take-all",
    "cold.txt",
    "large.bin",
    "hot.txt",
    "none",
    "give-back",
    "cold.txt",
    "large.bin",
  ];
  // In the first second after a change, Deno has to read what it holds, to be sure of it.
  if (runtime === "deno") await new Promise((resolve) => setTimeout(resolve, 1100));
  // All on one connection: there is no descriptor for another.
  const told = await curl(
    "--write-out",
    "%{response_code} ",
    ...paths.flatMap((path) => ["--output", "/dev/null", `${base}/${path}`]),
  );
  // Whether following the path takes a descriptor is the runtime's own affair.
  assertMatch(told.trim(), /^200 200 200 503 503 200 (?:404|503) 200 200 200$/);
  assertMatch(server.stdout, /reported .*EMFILE|reported .*too many open files/i);
  await ended();
});

test(`what nobody may see stays unseen, as curl --path-as-is asks for it, on ${runtime}`, async (t) => {
  const { base, ended } = await serveFolder(t, (root) => {
    put(root, "index.html", PAGE);
    put(root, ".env", "secret");
    put(root, ".well-known/security.txt", "public");
  }, { listing: true });
  const paths = [
    "/../etc/passwd",
    "/..%2f..%2fetc/passwd",
    "/%2e%2e/etc/passwd",
    "/.env",
    "/%2eenv",
    "/..\\etc",
    "//etc/passwd",
    "/etc/passwd%00.html",
  ];
  for (const path of paths) {
    const text = await curl("--path-as-is", "--write-out", " %{response_code}", base + path);
    assertMatch(text, /^40[04] .*\n 40[04]$/);
  }
  assertEquals(await curl(`${base}/.well-known/security.txt`), "public");
  await ended();
});
