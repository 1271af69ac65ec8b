import { assert, assertEquals } from "#assert";
import { encoded, type ListedEntry, listingReply } from "../../files/listing.ts";
import { test } from "../support/harness.ts";
import { gotOf } from "./site.ts";

async function page(names: string[], entries: ListedEntry[]): Promise<string> {
  const { bytes } = await gotOf(listingReply(names, entries, "GET"));
  return new TextDecoder().decode(bytes);
}

function file(name: string): ListedEntry {
  return { name, isFolder: false, size: 1 };
}

test("listingReply() lists folders, then files, by name, with a way up", async () => {
  const entries = [file("b"), file("a"), { name: "z", isFolder: true, size: null }, file("B")];
  const text = await page(["dir"], entries);
  assertEquals(
    [...text.matchAll(/<a href="([^"]*)">([^<]*)</g)].map(([, href, name]) => [href, name]),
    [
      ["../", "../"],
      ["z/", "z/"],
      ["B", "B"],
      ["a", "a"],
      ["b", "b"],
    ],
  );
  assert(!(await page([], [])).includes("<a "), "there is nothing above the root");
  assert(text.includes("<h1>/dir/</h1>") && text.includes("color-scheme:light dark"));
});

test("listingReply() lets no name be markup, a scheme or another path", async () => {
  const names = [
    '"><script>alert(1)</script>',
    "javascript:alert(1)",
    "a'b&c",
    "100% #1?x=y",
    "\u202egpj.exe",
    "new\nline",
    "\ud800",
    "😀 é e\u0301",
  ];
  const text = await page(["<b>&"], names.map(file));
  assert(!/<script|<b>|\u202e|new\nline/.test(text), text);
  const links = [...text.matchAll(/<a href="([^"]*)"/g)].map(([, href = ""]) => href);
  assertEquals(links.length, names.length + 1);
  for (const [i, name] of [...names].sort().entries()) {
    const url = new URL(links[i + 1] ?? "", "http://a/dir/");
    assertEquals([url.origin, url.search, url.hash], ["http://a", "", ""]);
    assertEquals(decodeURIComponent(url.pathname), `/dir/${name.toWellFormed()}`);
  }
  assertEquals(encoded("a/b'c:d"), "a%2Fb%27c%3Ad");
});

test("listingReply() tells sizes in a unit that suits, and exactly", async () => {
  const sizes = [0, 1, 999, 1000, 1549, 999_949, 999_950, 3_000_000, 1.5e9, 2e12, 3e15, 4e18];
  const entries = sizes.map((size, i) => ({ name: `${100 + i}`, isFolder: false, size }));
  const text = await page([], entries);
  const told = [...text.matchAll(/<span title="(\d+) bytes">([^<]*)</g)];
  assertEquals(told.map(([, exact]) => Number(exact)), sizes);
  const short = "0 B,1 B,999 B,1.0 kB,1.5 kB,999.9 kB,1.0 MB,3.0 MB,1.5 GB,2.0 TB,3.0 PB,4000.0 PB";
  assertEquals(told.map(([, , text]) => text).join(), short);
});

test("listingReply() forbids scripts, and has a length for HEAD", async () => {
  const { fields, status } = await gotOf(listingReply([], [file("a")], "GET"));
  assertEquals([status, fields["content-type"]], [200, "text/html; charset=utf-8"]);
  assert(fields["content-security-policy"]?.startsWith("default-src 'none';") === true);
  assertEquals(fields["x-content-type-options"], "nosniff");
  const head = listingReply([], [file("a")], "HEAD");
  assertEquals([head.body, (await gotOf(head)).fields], [null, fields]);
});
