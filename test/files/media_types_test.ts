import { assertEquals } from "#assert";
import { mediaTypeOf } from "../../files/media_types.ts";
import { test } from "../support/harness.ts";

test("mediaTypeOf() knows what browsers act on, with the charset of text", () => {
  const cases: Record<string, string> = {
    "index.html": "text/html; charset=utf-8",
    "INDEX.HTM": "text/html; charset=utf-8",
    "a.b.css": "text/css; charset=utf-8",
    "a.js": "text/javascript; charset=utf-8",
    "a.mjs": "text/javascript; charset=utf-8",
    "a.json": "application/json",
    "a.js.map": "application/json",
    "a.txt": "text/plain; charset=utf-8",
    "a.xml": "application/xml; charset=utf-8",
    "a.svg": "image/svg+xml; charset=utf-8",
    "a.webmanifest": "application/manifest+json",
    "a.wasm": "application/wasm",
    "a.woff2": "font/woff2",
    "a.png": "image/png",
    "a.avif": "image/avif",
    "a.mp4": "video/mp4",
    "a.pdf": "application/pdf",
    "a.tar.gz": "application/gzip",
    "favicon.ico": "image/x-icon",
  };
  for (const [name, type] of Object.entries(cases)) {
    assertEquals([name, mediaTypeOf(name)], [name, type]);
  }
});

test("mediaTypeOf() says octet-stream of what it does not know", () => {
  for (
    const name of ["a", "a.", "a.unknown", "html", "a.__proto__", "a.constructor", "a.html ", ""]
  ) {
    assertEquals([name, mediaTypeOf(name)], [name, "application/octet-stream"]);
  }
});
