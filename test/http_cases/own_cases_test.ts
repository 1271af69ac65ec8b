/** The rules of RFC 9112, one by one: see own_cases.ts. */

import { assertEquals } from "#assert";
import { test } from "../support/harness.ts";
import { answersIn, fieldOf, statusesOf } from "./answers.ts";
import { OWN_CASES } from "./own_cases.ts";
import { SERVERS } from "./served.ts";
import { answered, bytesOf, exchange } from "./wire.ts";

for (const [where, start] of Object.entries(SERVERS)) {
  test(`serveHttp over ${where}: ${OWN_CASES.length} requests are answered or refused by the rules`, async (t) => {
    const open = await start(t);
    const wrong: string[] = [];
    for (const { name, text, status } of OWN_CASES) {
      const answers = answersIn(await exchange(await open(), bytesOf(text)));
      const last = answers.at(-1);
      const refused = last !== undefined && last.status >= 400;
      const closes = !refused || fieldOf(last, "connection") === "close";
      const came = `${statusesOf(answers)}${closes ? "" : ", not said to close"}`;
      if (came !== status) wrong.push(`${name}: ${came || "none"}, not ${status}`);
    }
    assertEquals(wrong, []);
  });
}

test(`serveHttp: what is refused is refused at once, before the client's end of file`, async (t) => {
  const open = await SERVERS["memory"]?.(t);
  const wrong: string[] = [];
  for (const { name, text, status } of OWN_CASES.filter((one) => /[45]/.test(one.status))) {
    const { text: got, ended } = await answered(await (open ?? failed)(), bytesOf(text));
    const came = statusesOf(answersIn(got));
    if (came !== status || !ended) wrong.push(`${name}: ${came || "none"}, ended ${ended}`);
  }
  assertEquals(wrong, []);
});

function failed(): never {
  throw new Error("there is no server in memory");
}
