/** Files over the wire: what is sent for which bytes. */

import { assert, assertEquals } from "#assert";
import { renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FilesError } from "../../files/files_error.ts";
import { macrotask } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { byteAt, LONG_AGO, pattern, put } from "./site.ts";
import { descriptors, descriptorsBackTo, dial, serve } from "./wire.ts";

/** More than the buffers of two sockets take. */
const LARGE = 8 << 20;

test("FileSite answers GET and HEAD alike, and no other method but OPTIONS", async (t) => {
  const { get, errors } = await serve(t, { "a.txt": "0123456789", "b.bin": pattern(100_000) });
  for (const [path, length] of [["/a.txt", "10"], ["/b.bin", "100000"], ["/none", "14"]]) {
    for (let i = 0; i < 2; i++) {
      const whole = await get(path ?? "");
      const head = await get(path ?? "", "", "HEAD");
      const told = [...head.fields].filter(([name]) => name !== "date");
      assertEquals(told, [...whole.fields].filter(([name]) => name !== "date"));
      assertEquals([whole.fields.get("content-length"), head.body, whole.isWhole], [
        length,
        "",
        true,
      ]);
    }
  }
  for (const method of ["POST", "PUT", "DELETE", "PATCH", "TRACE", "get", "PROPFIND"]) {
    const { status, fields } = await get("/a.txt", "", method);
    assertEquals([method, status, fields.get("allow")], [method, 405, "GET, HEAD, OPTIONS"]);
  }
  for (const target of ["/a.txt", "*"]) {
    const { status, fields, body } = await get(target, "", "OPTIONS");
    assertEquals([status, fields.get("allow"), body], [204, "GET, HEAD, OPTIONS", ""]);
  }
  assertEquals(errors, []);
});

test("FileSite sends parts of small files and of large ones", async (t) => {
  const large = pattern(300_000);
  const { get } = await serve(t, { "small": pattern(1000), large });
  for (const path of ["/small", "/small", "/large"]) {
    const all = path === "/large" ? large : pattern(1000);
    const latin1 = (from: number, to?: number) => String.fromCharCode(...all.subarray(from, to));
    for (
      const [range, from, to] of [["0-0", 0, 1], ["10-19", 10, 20], [
        "-7",
        all.length - 7,
        all.length,
      ]] as const
    ) {
      const { status, fields, body } = await get(path, `Range: bytes=${range}\r\n`);
      assertEquals([status, body], [206, latin1(from, to)]);
      assertEquals(fields.get("content-range"), `bytes ${from}-${to - 1}/${all.length}`);
      assertEquals(fields.get("content-length"), String(to - from));
    }
    const none = await get(path, `Range: bytes=${all.length}-\r\n`);
    assertEquals([none.status, none.fields.get("content-range")], [416, `bytes */${all.length}`]);
    const tag = none.fields.get("etag");
    assertEquals(tag, undefined);
    const etag = (await get(path)).fields.get("etag");
    assertEquals((await get(path, `Range: bytes=0-0\r\nIf-Range: ${etag}\r\n`)).status, 206);
    assertEquals(
      (await get(path, `Range: bytes=0-0\r\nIf-Range: "other"\r\n`)).body.length,
      all.length,
    );
    const unmodified = await get(path, `If-None-Match: "x", W/${etag}\r\nRange: bytes=0-0\r\n`);
    assertEquals([unmodified.status, unmodified.body, unmodified.fields.get("content-length")], [
      304,
      "",
      undefined,
    ]);
    assertEquals((await get(path, `If-Match: "x"\r\n`)).status, 412);
    assertEquals(
      (await get(path, "If-Unmodified-Since: Tue, 14 Nov 2023 22:13:19 GMT\r\n")).status,
      412,
    );
    assertEquals(
      (await get(path, "If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT\r\n")).status,
      304,
    );
  }
});

test("FileSite sends compressed neighbours, each with its own tag, but no parts of them unasked", async (t) => {
  const { get, root } = await serve(t, {
    "a.js": "plain",
    "a.js.br": "brotli",
    "a.js.gz": "gzip",
    "a.js.zst": "zstandard",
    "b.js": "plain",
  });
  const encoding = (value: string) => `Accept-Encoding: ${value}\r\n`;
  const tags = new Set<string | undefined>();
  for (let i = 0; i < 2; i++) {
    for (
      const [accept, coding, body] of [["gzip, br", "br", "brotli"], ["gzip", "gzip", "gzip"], [
        "zstd",
        "zstd",
        "zstandard",
      ], ["identity", undefined, "plain"]] as const
    ) {
      const got = await get("/a.js", encoding(accept));
      assertEquals([got.fields.get("content-encoding"), got.body], [coding, body]);
      assertEquals([got.fields.get("vary"), got.fields.get("content-type")], [
        "Accept-Encoding",
        "text/javascript; charset=utf-8",
      ]);
      const tag = got.fields.get("etag") ?? "";
      tags.add(tag);
      const again = await get("/a.js", `${encoding(accept)}If-None-Match: ${tag}\r\n`);
      assertEquals([again.status, again.fields.get("etag"), again.fields.get("vary")], [
        304,
        tag,
        "Accept-Encoding",
      ]);
      const part = await get("/a.js", `${encoding(accept)}Range: bytes=1-2\r\n`);
      assertEquals([part.status, part.fields.get("content-encoding"), part.body], [
        206,
        undefined,
        "la",
      ]);
      for (const name of ["If-Range", "If-Match"]) {
        const rest = await get(
          "/a.js",
          `${encoding(accept)}Range: bytes=1-2\r\n${name}: ${tag}\r\n`,
        );
        assertEquals([rest.status, rest.fields.get("content-encoding"), rest.body], [
          206,
          coding,
          body.slice(1, 3),
        ]);
      }
    }
  }
  assertEquals(tags.size, 4);
  assertEquals((await get("/b.js", encoding("gzip"))).body, "plain");
  assertEquals((await get("/b.js", encoding("gzip, identity;q=0"))).status, 406);
  put(root, "b.js.gz", "new", LONG_AGO + 1);
  assertEquals((await get("/b.js", encoding("gzip"))).body, "new");
  put(root, "b.js", "newer", LONG_AGO + 2);
  assertEquals((await get("/b.js", encoding("gzip"))).body, "newer");
  put(root, "b.js.gz", "newest", LONG_AGO + 3);
  assertEquals((await get("/b.js", encoding("gzip"))).body, "newest");
  rmSync(join(root, "b.js.gz"));
  assertEquals((await get("/b.js", encoding("gzip"))).body, "newer");
});

test("FileSite sees every change at the next request: size, bytes, name, kind", async (t) => {
  const { get, root, errors } = await serve(t, { "a.txt": "one" });
  const path = join(root, "a.txt");
  const { mkdirSync } = await import("node:fs");
  const { execFileSync } = await import("node:child_process");
  const steps: [() => void, number, string][] = [
    [() => undefined, 200, "one"],
    [() => writeFileSync(path, "two"), 200, "two"],
    [() => writeFileSync(path, "333"), 200, "333"],
    [
      () => {
        put(root, "other", "444");
        renameSync(join(root, "other"), path);
      },
      200,
      "444",
    ],
    [() => truncateSync(path), 200, ""],
    [() => rmSync(path), 404, "404 Not Found\n"],
    [() => mkdirSync(path), 301, "301 Moved Permanently\n"],
    [
      () => {
        rmSync(path, { recursive: true });
        execFileSync("mkfifo", [path]);
      },
      404,
      "404 Not Found\n",
    ],
    [
      () => {
        rmSync(path);
        writeFileSync(path, "five");
      },
      200,
      "five",
    ],
    [() => put(root, "404.html", "gone"), 200, "five"],
    [() => rmSync(path), 404, "gone"],
  ];
  for (const [step, status, body] of steps) {
    step();
    for (let i = 0; i < 2; i++) {
      const got = await get("/a.txt");
      assertEquals([got.status, got.body], [status, body]);
    }
  }
  assertEquals(errors, []);
});

for (
  const [what, change] of Object.entries<(path: string) => void>({
    "is cut": (path) => truncateSync(path, 1000),
    "is written anew": (path) => writeFileSync(path, pattern(LARGE, 1)),
    "grows": (path) => writeFileSync(path, "more", { flag: "a" }),
  })
) {
  test(`FileSite cuts the connection when a file ${what} while it is sent, and goes on`, async (t) => {
    const { get, root, port, errors } = await serve(t, { "a.bin": pattern(LARGE) });
    const before = descriptors();
    const socket = dial(port);
    let got = 0;
    const closed = new Promise((resolve) => socket.once("close", resolve));
    await new Promise<void>((resolve) => {
      socket.on("data", (chunk: Uint8Array) => {
        got += chunk.length;
        socket.pause();
        resolve();
      });
      socket.write("GET /a.bin HTTP/1.1\r\nHost: a\r\n\r\n");
    });
    change(join(root, "a.bin"));
    socket.on("data", () => socket.resume()).resume();
    await closed;
    assert(got < LARGE, `${got} bytes`);
    assertEquals(errors.map((error) => error instanceof FilesError ? error.code : error), [
      "ECHANGED",
    ]);
    assertEquals((await get("/a.bin", "Range: bytes=0-0\r\n")).status, 206);
    assert(await descriptorsBackTo(before), "a descriptor is left");
  });
}

test("FileSite sends an old file whole when another takes its name, and the new one after that", async (t) => {
  const { get, root, port, errors } = await serve(t, { "a.bin": pattern(LARGE) });
  const socket = dial(port);
  const parts: Uint8Array[] = [];
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await new Promise<void>((resolve) => {
    socket.on("data", (chunk: Uint8Array) => {
      parts.push(chunk);
      resolve();
    });
    socket.write("GET /a.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  });
  put(root, "new.bin", "new");
  renameSync(join(root, "new.bin"), join(root, "a.bin"));
  await closed;
  const bytes = new Uint8Array(await new Blob(parts.map((part) => part.slice())).arrayBuffer());
  assert(bytes.subarray(-LARGE).every((byte, i) => byte === byteAt(i)), "mixed");
  assertEquals([(await get("/a.bin")).body, errors], ["new", []]);
});

test("FileSite leaves no descriptor behind, whatever a client does midway", async (t) => {
  const { get, port, errors } = await serve(t, { "a.bin": pattern(LARGE), "b.txt": "b" });
  await get("/b.txt");
  const before = descriptors();
  const { fields } = await get("/a.bin", "", "HEAD");
  for (
    const more of [
      `If-None-Match: ${fields.get("etag")}\r\n`,
      "Range: bytes=99999999-\r\n",
      "If-Match: x\r\n",
    ]
  ) {
    await get("/a.bin", more);
  }
  for (let i = 0; i < 20; i++) {
    const socket = dial(port);
    await new Promise((resolve) => {
      socket.once(i % 2 === 0 ? "data" : "connect", resolve);
      socket.write("GET /a.bin HTTP/1.1\r\nHost: a\r\n\r\n");
    });
    if (i % 4 < 2) socket.resetAndDestroy();
    else socket.destroy();
  }
  await macrotask();
  assert(await descriptorsBackTo(before), `${descriptors()} descriptors, before ${before}`);
  assertEquals([(await get("/b.txt")).body, errors], ["b", []]);
});
