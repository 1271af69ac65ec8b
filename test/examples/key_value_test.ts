import { assertEquals } from "#assert";
import { handleConnection, serveStore, Store } from "../../examples/key_value.ts";
import { connectionPair } from "../../adapters/memory.ts";
import { runtime, test } from "../support/harness.ts";
import { served, TextClient } from "./client.ts";

/** A command as clients send it. */
function command(...words: string[]): string {
  const bulks = words.map((word) => `$${new TextEncoder().encode(word).length}\r\n${word}\r\n`);
  return `*${words.length}\r\n${bulks.join("")}`;
}

test(`key_value keeps what is set, for all its clients, on ${runtime}`, async (t) => {
  const listener = await served(t, serveStore);
  const [one, two] = [
    await TextClient.connected(t, listener),
    await TextClient.connected(t, listener),
  ];
  await one.send(command("GET", "a") + command("SET", "a", "ä\r\n") + command("get", "a"));
  assertEquals(await one.until("ä\r\n\r\n"), "$-1\r\n+OK\r\n$4\r\nä\r\n\r\n");
  await two.send("PING\r\n\r\nGET a\r\n");
  assertEquals(await two.until("ä\r\n\r\n"), "+PONG\r\n$4\r\nä\r\n\r\n");
  await two.send(command("DEL", "a") + command("DEL", "a") + command("ECHO", "x"));
  assertEquals(await two.until("x\r\n"), ":1\r\n:0\r\n$1\r\nx\r\n");
});

test("key_value answers a pipeline in order, also byte by byte", async () => {
  const pipeline = Array.from({ length: 200 }, (_, n) => command("ECHO", String(n))).join("");
  const expected = Array.from({ length: 200 }, (_, n) => `$${String(n).length}\r\n${n}\r\n`);
  for (const size of [1, 7, pipeline.length]) {
    const [client, server] = connectionPair({ clogged: true });
    const handled = handleConnection(server, new Store()).then(() => server.close());
    const sending = (async () => {
      const bytes = new TextEncoder().encode(pipeline);
      for (let at = 0; at < bytes.length; at += size) {
        await client.write(bytes.slice(at, at + size));
      }
      await client.closeWrite();
    })();
    let answers = "";
    const decoder = new TextDecoder();
    for (let chunk = await client.read(); chunk !== null; chunk = await client.read()) {
      answers += decoder.decode(chunk, { stream: true });
    }
    assertEquals(answers, expected.join(""));
    await Promise.all([sending, handled, client.close()]);
  }
});

test("key_value says what is wrong, and goes on when it can", async () => {
  const cases: [string, string][] = [
    [command("HELLO", "3"), "-ERR unknown command 'HELLO'\r\n"],
    [command("__proto__"), "-ERR unknown command '__PROTO__'\r\n"],
    [command("GET"), "-ERR wrong number of arguments for 'get' command\r\n"],
    ["*-1\r\n", "-ERR Protocol error: invalid multibulk length\r\n"],
    ["*1\r\n$-2\r\n", "-ERR Protocol error: invalid bulk length\r\n"],
    ["*1\r\n$1048577\r\n", "-ERR Protocol error: invalid bulk length\r\n"],
    ["*1\r\nPING\r\n", "-ERR Protocol error: expected '$', got 'P'\r\n"],
    ["x".repeat(70_000), "-ERR Protocol error: too big inline request\r\n"],
  ];
  for (const [sent, expected] of cases) {
    const [client, server] = connectionPair();
    const handled = handleConnection(server, new Store()).then(() => server.close());
    const sending = client.write(new TextEncoder().encode(sent))
      .then(() => client.closeWrite()).catch(() => undefined);
    let answers = "";
    for (let chunk = await client.read(); chunk !== null; chunk = await client.read()) {
      answers += new TextDecoder().decode(chunk);
    }
    assertEquals(answers, expected);
    await Promise.all([sending, handled, client.close()]);
  }
});
