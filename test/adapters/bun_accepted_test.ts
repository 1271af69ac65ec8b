/** What becomes of a socket of Bun that was accepted: the adapters and adopters of Bun hold the rest. */

import { once } from "node:events";
import { connect } from "node:net";
import { assert, assertEquals } from "#assert";
import { handlerOf, requirePossible } from "../../adapters/bun_accepted.ts";
import { bindTcp } from "../../adapters/bun_bind.ts";
import { NotSupported } from "../../core/errors.ts";
import { resolveListenOptions } from "../../core/listen_options.ts";
import type { TransportConnection } from "../../core/transport_connection.ts";
import { certificateOf } from "../conformance/sockets/tls_files.ts";
import { gate, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";
import { testOnBun, textFrom } from "./bun_peers.ts";

test("requirePossible() refuses TLS behind a header, and takes either", async () => {
  const [tls, proxyProtocol] = [certificateOf("server"), { trust: ["::1"] }];
  requirePossible(resolveListenOptions({ port: 0, tls }));
  requirePossible(resolveListenOptions({ port: 0, proxyProtocol }));
  const both = resolveListenOptions({ port: 0, tls, proxyProtocol });
  const refused = new Promise<void>((resolve) => resolve(requirePossible(both)));
  assert(await reasonOf(refused) instanceof NotSupported);
});

testOnBun("a connection that nobody has asked for stays unread, and loses nothing", async (t) => {
  const options = resolveListenOptions({ port: 0 });
  if (options.path !== undefined) throw new Error("it is a port");
  const offered: TransportConnection[] = [];
  const all = gate<void>();
  const handler = handlerOf(options, {
    // Every second one has been waited for.
    offer: (connection) => {
      if (offered.push(connection) % 2 === 0) connection.readAhead();
      if (offered.length === 4) all.resolve();
    },
    admit: () => undefined,
    failed: () => undefined,
  }, undefined);
  let chunks = 0;
  const data: typeof handler.data = (socket, chunk) => {
    chunks++;
    handler.data?.(socket, chunk);
  };
  const bound = bindTcp(options, { ...handler, data });
  t.defer(bound.stop);
  const peers = [];
  for (const text of ["one", "two", "three", "four"]) {
    const peer = connect(bound.addr.port, "127.0.0.1");
    peer.on("error", () => undefined);
    t.defer(() => peer.destroy());
    await once(peer, "connect");
    peer.write(text);
    peers.push(peer);
  }
  await all.promise;
  const [one, two, three, four] = offered;
  assert(one && two && three && four);
  assertEquals([await textFrom(two), await textFrom(four), chunks], ["two", "four", 2]);
  assertEquals([await textFrom(one), await textFrom(three), chunks], ["one", "three", 4]);
  await Promise.all([...peers.map((peer) => peer.end()), ...offered.map((one) => one.close())]);
});
