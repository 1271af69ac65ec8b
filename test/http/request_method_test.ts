import { assertEquals, assertThrows } from "#assert";
import { requireMethod } from "../../http/request_method.ts";
import { runtime, test } from "../support/harness.ts";

test("requireMethod() takes what a Request may have", () => {
  for (
    const method of ["GET", "get", "HEAD", "POST", "Put", "PATCH", "patch", "DELETE", "OPTIONS"]
  ) {
    requireMethod(method);
  }
  for (const method of ["PROPFIND", "M-SEARCH", "QUERY", "propfind"]) requireMethod(method);
});

test("requireMethod() refuses what is forbidden, and what would be taken for GET", () => {
  for (const method of ["CONNECT", "trace", "Track"]) {
    assertThrows(() => requireMethod(method), TypeError, `must not be ${method}`);
  }
  for (const method of ["BREW", "GETX", "XGET", "_"]) {
    if (runtime !== "bun") requireMethod(method);
    else assertThrows(() => requireMethod(method), TypeError, `must not be ${method}`);
  }
  assertEquals(new Request("http://a/", { method: "PROPFIND" }).method, "PROPFIND");
});
