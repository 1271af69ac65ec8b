/** The same refusals in every form and place, however they come: see variations.ts. */

import { assertEquals } from "#assert";
import { httpConnection } from "../../http/http_connection.ts";
import { TextConnection } from "../fuzz/text_connection.ts";
import { test } from "../support/harness.ts";
import { answersIn, fieldOf, statusesOf } from "./answers.ts";
import { VARIATIONS } from "./variations.ts";
import { bytesOf } from "./wire.ts";

const GOOD = "GET /good HTTP/1.1\r\nHost: a\r\n\r\n";

/** The status of each answer to what comes in these pieces. Throws when a refusal does not say that it closes. */
async function answersTo(pieces: readonly Uint8Array[]): Promise<string> {
  const peer = new TextConnection(pieces);
  await httpConnection(peer.connection, async (request) => ({ body: await request.text() }));
  const answers = answersIn(peer.sent);
  const last = answers.at(-1);
  if (last !== undefined && last.status >= 400) assertEquals(fieldOf(last, "connection"), "close");
  assertEquals(peer.wasReset, false);
  return statusesOf(answers);
}

/** The ways in which a text may come, and what is answered. */
function waysOf(text: string, status: string): [way: string, pieces: Uint8Array[], want: string][] {
  const all = bytesOf(GOOD + text + GOOD);
  const goesOn = status === "200" && !text.includes("HTTP/1.0") && !text.startsWith("CONNECT");
  return [
    ["alone", [bytesOf(text)], status],
    [
      "among others, byte by byte",
      Array.from(all, (byte) => Uint8Array.of(byte)),
      goesOn ? "200 200 200" : `200 ${status}`,
    ],
  ];
}

test(`httpConnection() answers or refuses ${VARIATIONS.length} variations, alone, and among others byte by byte`, async () => {
  const wrong: string[] = [];
  for (const { name, text, status } of VARIATIONS) {
    for (const [way, pieces, expected] of waysOf(text, status)) {
      const got = await answersTo(pieces);
      if (got !== expected) {
        wrong.push(`${name}, ${way}: ${got}, not ${expected}: ${JSON.stringify(text)}`);
      }
    }
  }
  assertEquals(wrong, []);
});
