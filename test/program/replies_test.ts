import { assertEquals } from "#assert";
import { splitTarget, textReply, withFields } from "../../program/replies.ts";
import { test } from "../support/harness.ts";

test("withFields() adds to fields in any form, and changes nothing", () => {
  const forms = [[["a", "b"]], { a: "b" }, new Headers({ a: "b" }), new Map([["a", "b"]])] as const;
  for (const headers of forms) {
    const reply = Object.freeze({ status: 201, headers, body: "x" });
    const { headers: fields, ...rest } = withFields(reply, [["c", "d"]]);
    assertEquals(rest, { status: 201, body: "x" });
    assertEquals(fields, [["a", "b"], ["c", "d"]]);
  }
  assertEquals(withFields({}, [["c", "d"]]), { headers: [["c", "d"]] });
});

test("textReply() is a line that nobody keeps", () => {
  const { status, headers, body } = textReply(200, "ok", [["A", "b"]]);
  assertEquals([status, body], [200, "ok\n"]);
  assertEquals(new Map(headers as Iterable<[string, string]>).get("Cache-Control"), "no-store");
  assertEquals(new Map(headers as Iterable<[string, string]>).get("A"), "b");
});

test("splitTarget() finds the path in every form of a target", () => {
  const targets: [string, string, string][] = [
    ["/", "/", ""],
    ["/a/b?c=d?e", "/a/b", "c=d?e"],
    ["/a?", "/a", ""],
    ["//a/b", "//a/b", ""],
    ["/http://x/y", "/http://x/y", ""],
    ["http://host/a?b", "/a", "b"],
    ["HTTPS://host:80", "/", ""],
    ["http://host?b", "/", "b"],
    ["*", "*", ""],
    ["", "/", ""],
  ];
  for (const [target, path, query] of targets) {
    assertEquals([target, splitTarget(target)], [target, { path, query }]);
  }
});
