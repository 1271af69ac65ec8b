import { assertEquals } from "#assert";
import { areServed, parsePath } from "../../files/request_path.ts";
import { test } from "../support/harness.ts";

test("parsePath() decodes once, and tells folders from files", () => {
  const cases: Record<string, [string[], boolean]> = {
    "/": [[], true],
    "/a": [["a"], false],
    "/a/b.c/": [["a", "b.c"], true],
    "/a%20b/%C3%A9": [["a b", "é"], false],
    "/%2561": [["%61"], false],
    "/100%25": [["100%"], false],
    "/%F0%9F%98%80": [["😀"], false],
    "/a%3Fb%23c": [["a?b#c"], false],
    "/a..b/c...": [["a..b", "c..."], false],
    "/.well-known/x": [[".well-known", "x"], false],
    "/~a/C:/x": [["~a", "C:", "x"], false],
    "/%0A": [["\n"], false],
  };
  for (const [path, [names, isFolder]] of Object.entries(cases)) {
    assertEquals([path, parsePath(path)], [path, { names, isFolder }]);
  }
});

test("parsePath() refuses what is malformed with 400", () => {
  const paths = [
    "/%",
    "/%4",
    "/%zz",
    "/a%00",
    "/\0",
    "/%C3",
    "/%C0%AE%C0%AE/x",
    "/%ED%A0%80",
    "/%FF",
  ];
  for (const path of paths) assertEquals([path, parsePath(path)], [path, 400]);
});

test("parsePath() refuses what names nothing here with 404, and collapses nothing", () => {
  const paths = [
    ..."/.. /. /../ /a/../b /a/./b /%2e%2e/x /.%2E/x /a/%2e%2e //a /a//b /a// // /%2fa /a%2Fb /a%5Cb"
      .split(" "),
    "/\\a",
    "/a\\..\\b",
    "/..%5c",
    "/%252e%2e%2f",
    "",
    "a",
    "*",
    "http://a/b",
  ];
  for (const path of paths) assertEquals([path, parsePath(path)], [path, 404]);
});

test("parsePath() hides dot files, but /.well-known/", () => {
  const hidden = [
    "/.a",
    "/.git/config",
    "/a/.b",
    "/a/.well-known/x",
    "/.well-known/.a",
    "/.well-knownx",
  ];
  // What some file systems do not see in front of the dot.
  for (const path of [...hidden, "/%E2%80%8C.git", "/%EF%BB%BF.git/x"]) {
    assertEquals([path, parsePath(path)], [path, 404]);
  }
});

test("parsePath() refuses what means something else on Windows", () => {
  const names = [
    "C:",
    "a:b",
    "con",
    "CON.txt",
    "nul",
    "aux.h",
    "com1",
    "LPT9.x",
    "a.",
    "a ",
    "GIT~1",
  ];
  for (const name of [...names, "a?", "a*", "a|b", "<", '"', "conin$", "\u0001"]) {
    const path = `/x/${encodeURIComponent(name)}`;
    assertEquals([path, parsePath(path, true)], [path, 404]);
    assertEquals([path, typeof parsePath(path)], [path, "object"]);
  }
  assertEquals(areServed(["console", "com10", "a~b", "nully.txt"], true), true);
});
