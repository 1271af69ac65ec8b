import { assertEquals, assertRejects } from "#assert";
import type { Writer } from "../../core/connection.ts";
import { WRITTEN } from "../../core/write_queue.ts";
import { isWhole, type Reply } from "../../http/answer.ts";
import { addWhole, type AnswerContext, sendStreamed } from "../../http/answer_writer.ts";
import { Output } from "../../http/output.ts";
import { readAnswer } from "../../http/read_answer.ts";
import { gate, macrotask } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { MockConnection } from "./mock_connection.ts";

let sent = 0;
const PLAIN: AnswerContext = {
  minor: 1,
  method: "GET",
  keepAlive: true,
  sent: (size) => void (sent += size),
};
const HEAD = { ...PLAIN, method: "HEAD" };
const OLD = { ...PLAIN, minor: 0 };

/** Writes an answer, as a session does. */
async function writeAnswer(
  writer: Writer,
  reply: Reply,
  context: AnswerContext,
  begun: () => void,
): Promise<boolean> {
  const [output, answer] = [new Output(writer), readAnswer(reply)];
  const { body } = answer;
  const goesOn = isWhole(body)
    ? addWhole(output, answer, body, context)
    : await sendStreamed(output, answer, body, context, begun);
  await output.flush();
  return goesOn;
}

/** What is written, and whether another answer may follow. */
async function write(reply: Reply, context = PLAIN): Promise<[string, boolean]> {
  const connection = new MockConnection([]);
  const goesOn = await writeAnswer(connection, reply, context, () => undefined);
  return [connection.written.replace(/Date: .{29}\r\n/, ""), goesOn];
}

async function* parts(...given: string[]): AsyncGenerator<string> {
  for (const part of given) {
    await macrotask();
    yield part;
  }
}

test("addWhole() tells the length where it is known", async () => {
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

test("sendStreamed() sends what has no known length in chunks, and to HTTP/1.0 until it closes", async () => {
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

test("addWhole() sends no body for HEAD, 204 and 304, and an empty one for 205", async () => {
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

test("addWhole() says how the connection goes on", async () => {
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

test("sendStreamed() asks for a part when the one before was taken, and gives up with the peer", async () => {
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
  const written = writeAnswer(connection, { body }, PLAIN, () => undefined);
  for (let turn = 0; turn < 10; turn++) await macrotask();
  assertEquals([asked, cancelled], [2, 0]);
  taken.reject(new Error("gone"));
  await assertRejects(() => written, Error, "gone");
  assertEquals(cancelled, 1);
});

test("sendStreamed() ends the body that it leaves out", async () => {
  const tunnel = { ...PLAIN, method: "CONNECT" };
  const cases = [[200, HEAD], [200, tunnel], [204, PLAIN], [205, PLAIN], [304, PLAIN]] as const;
  for (const [status, context] of cases) {
    let cancelled = 0;
    const body = new ReadableStream({
      pull: async (controller) => {
        await macrotask();
        controller.enqueue(Uint8Array.of(1));
      },
      cancel: () => void cancelled++,
    });
    const [answer] = await write({ status, body }, context);
    assertEquals([cancelled, answer.endsWith("\r\n\r\n")], [1, true], `${status}`);
  }
});

test("addWhole() and sendStreamed() refuse a body that is not what its Content-Length says", async () => {
  const headers = { "Content-Length": "3" };
  let begun = 0;
  const refused = async (reply: Reply) => {
    const connection = new MockConnection([]);
    const whole = { ...reply, headers };
    await assertRejects(() => writeAnswer(connection, whole, PLAIN, () => begun++), TypeError);
    return connection.written;
  };
  assertEquals([await refused({ body: "ab" }), await refused({}), begun], ["", "", 0]);
  const short = await refused({ body: parts("a", "b") });
  const long = await refused({ body: parts("ab", "cd") });
  assertEquals([short.endsWith("\r\n\r\nab"), long.endsWith("\r\n\r\nab"), begun], [true, true, 2]);
});

test("addWhole() sends text of any kind as UTF-8, its length in bytes", async () => {
  const headers = { "Content-Type": "a/b", "X-A": "\xe9" };
  for (const body of ["", "a", "\xe9", "\u20ac\ud83e\udd80", "\ud800", `${"x".repeat(9000)}\xe9`]) {
    const size = new TextEncoder().encode(body).length;
    const [text] = await write({ body, headers });
    const [head = "", ...rest] = text.split("\r\n\r\n");
    assertEquals(head.split("\r\n").slice(2), ["X-A: \xe9", `Content-Length: ${size}`]);
    assertEquals(rest.join("").length, size);
  }
});

test("addWhole() sends no body and no length with 204, and with 2xx to CONNECT, which closes", async () => {
  const connect = { ...PLAIN, method: "CONNECT" };
  const headers = { "Content-Length": "2" };
  for (const body of ["ab", parts("ab")]) {
    const [text, goesOn] = await write({ status: 204, headers, body });
    assertEquals(
      [text, goesOn],
      ["HTTP/1.1 204 No Content\r\n\r\n", true].map((part) =>
        typeof part === "string" && typeof body === "string"
          ? part.replace("\r\n\r\n", "\r\nContent-Type: text/plain;charset=UTF-8\r\n\r\n")
          : part
      ),
    );
  }
  // RFC 9110, section 9.3.6.
  for (const body of [new Uint8Array(2), parts("ab"), null]) {
    const [text, goesOn] = await write({ headers, body }, connect);
    assertEquals([text, goesOn], ["HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", false]);
  }
  const [refused] = await write({ status: 403, body: new Uint8Array([0x61]) }, connect);
  assertEquals(refused, "HTTP/1.1 403 Forbidden\r\nContent-Length: 1\r\n\r\na");
});

test("addWhole() and sendStreamed() count what they send of the body", async () => {
  const count = async (reply: Reply, context = PLAIN) => {
    sent = 0;
    await write(reply, context);
    return sent;
  };
  assertEquals(await count({ body: "ab" }), 2);
  assertEquals(await count({ body: "\xe9" }), 2);
  assertEquals(await count({ body: new Uint8Array(20_000) }), 20_000);
  assertEquals(await count({ body: parts("ab", "c") }), 3);
  assertEquals(await count({ body: "ab" }, HEAD), 0);
  assertEquals(await count({}), 0);
});

test("sendStreamed() lets others have their turn, however fast all of it is taken", async () => {
  let [turns, size] = [0, 0];
  const body = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        if (turns > 1) return Promise.resolve({ done: true as const, value: undefined });
        return Promise.resolve({ done: false as const, value: new Uint8Array(16_384) });
      },
    }),
  };
  const sink = {
    write: (bytes: Uint8Array) => {
      size += bytes.length;
      return WRITTEN;
    },
    closeWrite: () => WRITTEN,
  };
  const turn = () => void macrotask().then(() => ++turns < 2 && turn());
  turn();
  await writeAnswer(sink, { body }, PLAIN, () => undefined);
  assertEquals(size > 100_000 && turns === 2, true, "there would be no end");
});
