import { assert, assertEquals, assertRejects } from "#assert";
import { serveChat } from "../../examples/chat.ts";
import type { Listener } from "../../mod.ts";
import { runtime, test, type TestContext } from "../support/harness.ts";
import { served, TextClient, toldErrors } from "./client.ts";

/** Joins the room; the others are told. */
async function join(t: TestContext, listener: Listener, name: string): Promise<TextClient> {
  const client = await TextClient.connected(t, listener);
  assertEquals(await client.until("\n"), "What is your name?\n");
  await client.send(`${name}\n`);
  return client;
}

test(`chat passes a line on to all the others, and says who comes and leaves, on ${runtime}`, async (t) => {
  const listener = await served(t, serveChat);
  const ann = await join(t, listener, "Ann");
  const bob = await join(t, listener, "Bob");
  assertEquals(await ann.until("\n"), "* Bob is here\n");
  const cat = await join(t, listener, "Cat");
  assertEquals(await ann.until("\n"), "* Cat is here\n");
  assertEquals(await bob.until("\n"), "* Cat is here\n");

  await ann.send("hi ");
  await ann.send("all\r\n");
  assertEquals(await bob.until("\n"), "Ann: hi all\n");
  assertEquals(await cat.until("\n"), "Ann: hi all\n");

  cat.end();
  assertEquals(await cat.rest(), "");
  assertEquals(await ann.until("\n"), "* Cat has left\n");
  bob.reset();
  assertEquals(await ann.until("\n"), "* Bob has left\n");
});

test(`chat puts out who does not read, and holds up nobody else, on ${runtime}`, async (t) => {
  const listener = await served(t, serveChat);
  const ann = await join(t, listener, "Ann");
  const bob = await join(t, listener, "Bob");
  assertEquals(await ann.until("\n"), "* Bob is here\n");
  const slow = await join(t, listener, "Slow");
  assertEquals(await ann.until("\n"), "* Slow is here\n");
  assertEquals(await bob.until("\n"), "* Slow is here\n");

  // Far more than the system holds for somebody who does not read.
  const line = "x".repeat(4_000);
  let [gone, told] = [false, 0];
  for (let count = 0; count < 10_000 && !gone; count++) {
    await ann.send(`${line}\n`);
    told++;
    // Somebody who reads gets every line.
    let said = await bob.until("\n");
    if (said === "* Slow has left\n") {
      gone = true;
      said = await bob.until("\n");
    }
    assertEquals(said.length, "Ann: \n".length + line.length);
  }
  assertEquals(gone, true);
  assertEquals(await ann.until("\n"), "* Slow has left\n");
  // By a reset, or by an early end where there is none.
  const rest = await slow.rest().catch(() => "");
  assert(rest.length < told * line.length, "who was put out has got everything");
});

test(`chat refuses a line that is too long, and tells the others, on ${runtime}`, async (t) => {
  const errors = toldErrors(t);
  const listener = await served(t, serveChat);
  const ann = await join(t, listener, "Ann");
  const loud = await join(t, listener, "Loud");
  assertEquals(await ann.until("\n"), "* Loud is here\n");
  await loud.send("x".repeat(5_000));
  assertEquals(await ann.until("\n"), "* Loud has left\n");
  await assertRejects(() => loud.until("\n"));
  assertEquals(errors, [
    "NetworkError: Cannot read a line: it has more than 4096 bytes (EMSGSIZE)",
  ]);
});
