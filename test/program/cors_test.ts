import { assertEquals } from "#assert";
import { withCors } from "../../program/cors.ts";
import type { Replies } from "../../program/replies.ts";
import { get, HOST } from "../http/talk.ts";
import { test } from "../support/harness.ts";
import { answerTo } from "./ask.ts";

const PLAIN: Replies = ({ method }) => ({ headers: { "X-A": "b" }, body: method });
const LATER: Replies = async (request, info) => await PLAIN(request, info);

function preflight(fields: string, method = "OPTIONS"): string {
  return `${method} /x HTTP/1.1\r\n${HOST}${fields}\r\n`;
}

test("withCors() lets everybody read every answer, and adds nothing else", async () => {
  for (const replies of [PLAIN, LATER]) {
    assertEquals(
      await answerTo(withCors(replies), get("/", "Origin: https://a.test\r\n")),
      "HTTP/1.1 200 OK\r\nX-A: b\r\nAccess-Control-Allow-Origin: *\r\n" +
        "Access-Control-Expose-Headers: *\r\nContent-Type: text/plain;charset=UTF-8\r\n" +
        "Content-Length: 3\r\n\r\nGET",
    );
  }
});

test("withCors() answers what a browser asks before it asks", async () => {
  const asked = "Origin: https://a.test\r\nAccess-Control-Request-Method: PUT\r\n";
  const answer = (headers: string) =>
    "HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\n" +
    `Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\nAccess-Control-Allow-Headers: ${headers}\r\n` +
    "Access-Control-Max-Age: 86400\r\nVary: Access-Control-Request-Headers\r\n\r\n";
  assertEquals(await answerTo(withCors(PLAIN), preflight(asked)), answer("*"));
  const headers = "Access-Control-Request-Headers: authorization,x-b\r\n";
  const named = await answerTo(withCors(PLAIN), preflight(asked + headers));
  assertEquals(named, answer("authorization,x-b"));
});

test("withCors() leaves other OPTIONS to the site", async () => {
  for (
    const fields of ["", "Origin: https://a.test\r\n", "Access-Control-Request-Method: GET\r\n"]
  ) {
    const answer = await answerTo(withCors(PLAIN), preflight(fields));
    assertEquals([answer.includes("X-A: b"), answer.endsWith("OPTIONS")], [true, true]);
  }
});
