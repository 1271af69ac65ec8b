import { assertEquals, assertRejects } from "#assert";
import type { Reply } from "../../http/answer.ts";
import { type AnswerContext, writeAnswer } from "../../http/answer_writer.ts";
import { readAnswer } from "../../http/read_answer.ts";
import { gate, macrotask } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { MockConnection } from "./mock_connection.ts";

const PLAIN: AnswerContext = { minor: 1, headOnly: false, keepAlive: true };
const HEAD = { ...PLAIN, headOnly: true };
const OLD = { ...PLAIN, minor: 0 };

/** What is written, and whether another answer may follow. */
async function write(reply: Reply, context = PLAIN): Promise<[string, boolean]> {
  const connection = new MockConnection([]);
  const goesOn = await writeAnswer(connection, readAnswer(reply), context, () => undefined);
  return [connection.written.replace(/Date: .{29}\r\n/, ""), goesOn];
}

async function* parts(...given: string[]): AsyncGenerator<string> {
  for (const part of given) {
    await macrotask();
    yield part;
  }
}

test("writeAnswer() tells the length where it is known", async () => {
  const body = new Uint8Array([0x61]);
  assertEquals(await write({ body }), ["HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", true]);
  assertEquals(await write({ status: 404 }), [
    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    true,
  ]);
  const one = new Response(new Uint8Array([0x61])).body;
  assertEquals((await write({ body: one }))[0], "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
  const large = "x".repeat(100_000);
  const headers = { "Content-Type": "a/b" };
  const [text] = await write({ body: large, headers });
  assertEquals(text.endsWith(`\r\nContent-Length: 100000\r\n\r\n${large}`), true);
});

test("writeAnswer() sends what has no known length in chunks, and to HTTP/1.0 until it closes", async () => {
  const head = "HTTP/1.1 200 OK\r\n";
  const [text, goesOn] = await write({ body: parts("ab", "c".repeat(17)) });
  const chunks = `2\r\nab\r\n11\r\n${"c".repeat(17)}\r\n0\r\n\r\n`;
  assertEquals([text, goesOn], [`${head}Transfer-Encoding: chunked\r\n\r\n${chunks}`, true]);
  const large = "d".repeat(20_000);
  const [long] = await write({ body: parts("a", large) });
  assertEquals(long.endsWith(`1\r\na\r\n4e20\r\n${large}\r\n0\r\n\r\n`), true);
  assertEquals(await write({ body: parts("ab", "c") }, OLD), [
    `${head}Connection: close\r\n\r\nabc`,
    false,
  ]);
  const told = { "Content-Length": "3" };
  const known = `${head}Content-Length: 3\r\nConnection: keep-alive\r\n\r\nabc`;
  assertEquals(await write({ body: parts("ab", "c"), headers: told }, OLD), [known, true]);
});

test("writeAnswer() sends no body for HEAD, 204 and 304, and an empty one for 205", async () => {
  const body = new Uint8Array(5);
  assertEquals((await write({ body }, HEAD))[0], "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  const headers = { "Content-Length": "7" };
  assertEquals((await write({ headers }, HEAD))[0], "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n");
  assertEquals((await write({ body: parts("a", "b") }, HEAD))[0], "HTTP/1.1 200 OK\r\n\r\n");
  const one = new Response(new Uint8Array([1, 2])).body;
  assertEquals(
    (await write({ body: one }, HEAD))[0],
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
  );
  assertEquals((await write({ status: 204, body }))[0], "HTTP/1.1 204 No Content\r\n\r\n");
  assertEquals(
    (await write({ status: 304, headers }))[0],
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n",
  );
  assertEquals((await write({ status: 304, body: parts("a") }))[0].includes("a\r\n0"), false);
  assertEquals(
    (await write({ status: 205, body }))[0],
    "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n",
  );
});

test("writeAnswer() says how the connection goes on", async () => {
  const closing = { ...PLAIN, keepAlive: false };
  const close = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  assertEquals(await write({}, closing), [close, false]);
  assertEquals(await write({ headers: { Connection: "close" } }), [close, false]);
  assertEquals(
    (await write({}, OLD))[0],
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n",
  );
  const dated = await write({ headers: { Date: "then" } });
  assertEquals(dated[0], "HTTP/1.1 200 OK\r\nDate: then\r\nContent-Length: 0\r\n\r\n");
});

test("writeAnswer() asks for a part when the one before was taken, and gives up with the peer", async () => {
  const taken = gate();
  let [asked, cancelled] = [0, 0];
  const body = {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        await macrotask();
        return { done: false as const, value: `${++asked}` };
      },
      return: () => {
        cancelled++;
        return Promise.resolve({ done: true as const, value: undefined });
      },
    }),
  };
  const connection = new MockConnection([]);
  connection.write = () => taken.promise;
  const written = writeAnswer(connection, readAnswer({ body }), PLAIN, () => undefined);
  for (let turn = 0; turn < 10; turn++) await macrotask();
  assertEquals([asked, cancelled], [2, 0]);
  taken.reject(new Error("gone"));
  await assertRejects(() => written, Error, "gone");
  assertEquals(cancelled, 1);
});

test("writeAnswer() refuses a body that is not what its Content-Length says", async () => {
  const headers = { "Content-Length": "3" };
  let begun = 0;
  const refused = async (reply: Reply) => {
    const connection = new MockConnection([]);
    const answer = readAnswer({ ...reply, headers });
    await assertRejects(() => writeAnswer(connection, answer, PLAIN, () => begun++), TypeError);
    return connection.written;
  };
  assertEquals([await refused({ body: "ab" }), await refused({}), begun], ["", "", 0]);
  const short = await refused({ body: parts("a", "b") });
  const long = await refused({ body: parts("ab", "cd") });
  assertEquals([short.endsWith("\r\n\r\nab"), long.endsWith("\r\n\r\nab"), begun], [true, true, 2]);
});
