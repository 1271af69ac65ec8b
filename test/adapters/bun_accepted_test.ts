/** What becomes of a socket of Bun that was accepted: the adapters and adopters of Bun hold the rest. */

import { assert } from "#assert";
import { requirePossible } from "../../adapters/bun_accepted.ts";
import { NotSupported } from "../../core/errors.ts";
import { resolveListenOptions } from "../../core/listen_options.ts";
import { certificateOf } from "../conformance/sockets/tls_files.ts";
import { reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";

test("requirePossible() refuses TLS behind a header, and takes either", async () => {
  const [tls, proxyProtocol] = [certificateOf("server"), { trust: ["::1"] }];
  requirePossible(resolveListenOptions({ port: 0, tls }));
  requirePossible(resolveListenOptions({ port: 0, proxyProtocol }));
  const both = resolveListenOptions({ port: 0, tls, proxyProtocol });
  const refused = new Promise<void>((resolve) => resolve(requirePossible(both)));
  assert(await reasonOf(refused) instanceof NotSupported);
});
