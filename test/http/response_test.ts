import { assertEquals } from "#assert";
import { encodeResponse } from "../../http/response.ts";
import { test } from "../support/harness.ts";

const BODY = new TextEncoder().encode("<p>ä</p>");
const HEAD = "HTTP/1.1 404 Not Found\r\nContent-Type: text/html; charset=utf-8\r\n" +
  "Content-Length: 9\r\nConnection: close\r\n\r\n";
const INIT = { status: "404 Not Found", type: "text/html; charset=utf-8", body: BODY };

test("encodeResponse() gives the head and the body, whose length counts bytes", () => {
  assertEquals(new TextDecoder().decode(encodeResponse(INIT)), `${HEAD}<p>ä</p>`);
});

test("encodeResponse() leaves the body out, but not its length, with headOnly", () => {
  assertEquals(new TextDecoder().decode(encodeResponse({ ...INIT, headOnly: true })), HEAD);
});
