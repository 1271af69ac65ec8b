/** The example of an adapter, held to the contract by the suite as a third party would. */

import { assertEquals } from "#assert";
import { connectionOver, listen } from "../../examples/message_channel_adapter.ts";
import { conformance } from "../conformance/mod.ts";
import { test } from "../support/harness.ts";

const cases = conformance({
  listen,
  connect: (listener) => listener.connect(),
  clogged: {
    listen: (options) => listen({ ...options, capacity: 0 }),
    connect: (listener) => listener.connect(),
  },
  differences: { refusedOptions: ["backlog", "ipv6Only", "reusePort", "path", "tls"] },
});

for (const { name, timeout, run } of cases) test(`message channel: ${name}`, run, { timeout });

test("connectionOver() makes a connection of each end of a channel", async () => {
  const { port1, port2 } = new MessageChannel();
  const [a, b] = [connectionOver(port1), connectionOver(port2)];
  await a.write(new Uint8Array([1, 2]));
  assertEquals(await b.read(), new Uint8Array([1, 2]));
  await Promise.all([a.close(), b.close()]);
});
