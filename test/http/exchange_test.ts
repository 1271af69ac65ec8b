import { assertEquals, assertThrows } from "#assert";
import { gate, macrotask } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import type { HttpHandler } from "../../http/http_session.ts";
import { chunked, get, post, Talk, talk } from "./talk.ts";

test("Exchange tells where the request comes from, and what it was", async () => {
  const seen: unknown[] = [];
  const session = new Talk(async (request, info) => {
    seen.push(info.remoteAddr === session.server.remoteAddr);
    seen.push(info.localAddr === session.server.localAddr);
    seen.push(info.target, info.httpVersion, [...info.trailers].length);
    await request.text();
    seen.push([...info.trailers].join());
    return {};
  });
  await session.send(chunked("1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n"));
  await session.end();
  assertEquals(seen, [true, true, "/", "1.1", 0, "x-sum,1"]);
});

/** What has become of `request.signal`. */
async function abortedBy(what: (session: Talk) => Promise<void> | void): Promise<boolean[]> {
  const seen: boolean[] = [];
  const answered = gate();
  const session = new Talk(async ({ signal }) => {
    seen.push(signal.aborted);
    signal.addEventListener("abort", () => answered.resolve());
    await answered.promise;
    seen.push(signal.aborted);
    return { body: "ok" };
  });
  await session.send(get());
  await what(session);
  await answered.promise;
  await session.served;
  await session.client.close();
  return seen;
}

test("Exchange.signal aborts when the peer resets the connection, or finishes", async () => {
  assertEquals(await abortedBy((session) => session.client.abort()), [false, true]);
  assertEquals(await abortedBy((session) => session.client.closeWrite()), [false, true]);
});

test("Exchange.signal does not abort when all is in order, and a half-closed client has its answer", async () => {
  const signals: AbortSignal[] = [];
  const answers = await talk(get() + post("a"), async (request) => {
    signals.push(request.signal);
    await macrotask();
    return { body: await request.text() };
  });
  assertEquals(answers.match(/200 OK/g)?.length, 2);
  assertEquals(signals.map(({ aborted }) => aborted), [false, false]);
});

test("Exchange.upgrade() hands over the connection with what has come already", async () => {
  const handler: HttpHandler = async (_request, info) => {
    const connection = info.upgrade();
    assertThrows(() => info.upgrade(), TypeError, "Cannot upgrade: the connection was taken");
    await connection.write(new TextEncoder().encode("101\r\n"));
    for (let chunk = await connection.read(); chunk; chunk = await connection.read()) {
      await connection.write(chunk);
    }
  };
  const session = new Talk(handler);
  await session.send(`${get("/", "Connection: upgrade\r\nUpgrade: echo\r\n")}first`);
  await session.send(" second");
  assertEquals(await session.end(), "101\r\nfirst second");
});

test("Exchange.upgrade() is refused while there is a body; what fails after it resets", async () => {
  const errors: string[] = [];
  const onRequestError = (error: unknown) => errors.push(String(error));
  const answers = await talk(post("abc"), (_request, info) => {
    info.upgrade();
  }, { onRequestError });
  assertEquals([answers.includes(" 500 "), errors.length], [true, 1]);
  const session = new Talk((_request, info) => {
    info.upgrade();
    throw new Error("after");
  }, { onRequestError });
  await session.send(get());
  assertEquals([await session.closed(), session.failure instanceof Error], ["", true]);
  assertEquals(errors.at(-1), "Error: after");
});
