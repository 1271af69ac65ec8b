import { assertEquals, assertRejects, assertStrictEquals } from "#assert";
import { connectionPair } from "../../adapters/memory.ts";
import type { Connection } from "../../core/connection.ts";
import { HandedOver } from "../../http/handed_over.ts";
import { Input } from "../../http/input.ts";
import { outcome } from "../support/gates.ts";
import { test, type TestContext } from "../support/harness.ts";
import { bytes, text } from "../support/readers.ts";

function handOver(
  t: TestContext,
): { client: Connection; server: Connection; input: Input; handed: HandedOver } {
  const [client, server] = connectionPair();
  t.defer(() => Promise.all([client.close(), server.close()]));
  const input = new Input(server);
  return { client, server, input, handed: new HandedOver(server, input) };
}

test("HandedOver gives first what was read, then what a read under way brings, then the rest", async (t) => {
  const { client, input, handed } = handOver(t);
  await client.write(bytes("one"));
  await input.more();
  input.lookAhead();
  assertEquals(text(await handed.read()), "one");
  const second = handed.read();
  assertEquals(await outcome(second), "pending");
  await client.write(bytes("two"));
  assertEquals(text(await second), "two");
  const third = handed.read();
  await client.write(bytes("three"));
  assertEquals(text(await third), "three");
  await client.closeWrite();
  assertEquals([await handed.read(), await handed.read()], [null, null]);
});

test("HandedOver gives chunks whose buffer has nothing else in it", async (t) => {
  const { client, input, handed } = handOver(t);
  await client.write(bytes("head and rest"));
  await input.more();
  input.skip(9);
  const rest = await handed.read();
  assertEquals([rest?.length, rest?.buffer.byteLength], [4, 4]);
});

test("HandedOver passes an end and a failure on that came before it", async (t) => {
  const { client, input, handed } = handOver(t);
  await client.closeWrite();
  await input.more();
  assertEquals(await handed.read(), null);
  const broken = handOver(t);
  broken.input.lookAhead();
  broken.client.abort();
  const error = await assertRejects(() => broken.handed.read());
  assertStrictEquals(error, await assertRejects(() => broken.handed.read()));
});

test("HandedOver is the connection otherwise", async (t) => {
  const { client, server, input, handed } = handOver(t);
  assertEquals([handed.alpn, handed.peerCertificate], [undefined, undefined]);
  assertEquals([handed.localAddr === server.localAddr, handed.remoteAddr === server.remoteAddr], [
    true,
    true,
  ]);
  assertEquals([handed.signal === server.signal, handed.writable === server.writable], [
    true,
    true,
  ]);
  handed.setTimeouts({ receive: 1000 });
  await client.write(bytes("one"));
  await input.more();
  await client.write(bytes("two"));
  await client.closeWrite();
  let read = "";
  for await (const chunk of handed.readable) read += text(chunk);
  assertEquals(read, "onetwo");
  await handed.write(bytes("answer"));
  await handed.closeWrite();
  assertEquals([text(await client.read()), await client.read()], ["answer", null]);
  handed.abort();
  await handed.close();
  await handed[Symbol.asyncDispose]();
});
