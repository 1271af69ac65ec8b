import { assert, assertEquals, assertStrictEquals } from "#assert";
import {
  closedError,
  codeOf,
  connectionError,
  NetworkError,
  networkError,
  NotSupported,
} from "../../core/errors.ts";
import { test } from "../support/harness.ts";

test("networkError() says what could not be done, why, and the code", () => {
  const cause = Object.assign(new Error("bind"), { code: "EADDRINUSE" });
  const error = networkError("listen on 127.0.0.1:80", "EADDRINUSE", cause);
  assertEquals(error.message, "Cannot listen on 127.0.0.1:80: the address is in use (EADDRINUSE)");
  assertEquals([error.name, error.code], ["NetworkError", "EADDRINUSE"]);
  assertStrictEquals(error.cause, cause);
});

test("networkError() passes on the words of the cause for a code it does not know", () => {
  const error = networkError("listen", "EWHATEVER", new Error("the moon is full"));
  assertEquals(error.message, "Cannot listen: the moon is full (EWHATEVER)");
  assertEquals(networkError("listen", "EWHATEVER").message, "Cannot listen: it failed (EWHATEVER)");
  assert(!("cause" in networkError("listen", "EWHATEVER")));
});

test("connectionError() makes ECONNRESET of every way in which a peer can be gone", () => {
  for (
    const code of ["EPIPE", "ECONNRESET", "ECONNABORTED", "ECANCELED", "ENOTCONN", "ESHUTDOWN"]
  ) {
    assertEquals(connectionError({ code }).code, "ECONNRESET", code);
  }
  assertEquals(connectionError({ code: "ETIMEDOUT" }).code, "ETIMEDOUT");
  assertEquals(connectionError(new Error("without a code")).code, "ECONNRESET");
});

test("codeOf() finds the code of anything that is thrown, else the fallback", () => {
  assertEquals(codeOf({ code: "EMFILE" }, "X"), "EMFILE");
  for (const odd of [undefined, null, "EMFILE", 5, new Error("x"), { code: 24 }]) {
    assertEquals(codeOf(odd, "X"), "X");
  }
});

test("NotSupported is a NetworkError with the code ENOTSUP", () => {
  const error = new NotSupported("Cannot listen: no", "why");
  assert(error instanceof NetworkError && error instanceof Error);
  assertEquals([error.name, error.code, error.cause], ["NotSupported", "ENOTSUP", "why"]);
  assert(!("cause" in new NotSupported("Cannot listen: no")));
});

test("closedError() is ECLOSED", () => {
  const error = closedError("read", "connection");
  assertEquals([error.code, error.message], [
    "ECLOSED",
    "Cannot read: the connection is closed (ECLOSED)",
  ]);
});
