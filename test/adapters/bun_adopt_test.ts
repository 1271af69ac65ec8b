/**
 * The adopter of Bun: what it refuses. What it takes has to come from another process:
 * test/parallel/intake_test.ts.
 */

import { assert } from "#assert";
import { Socket } from "node:net";
import { adopter } from "../../adapters/bun_adopt.ts";
import { NotSupported } from "../../core/errors.ts";
import { resolveListenOptions } from "../../core/listen_options.ts";
import type { ListenOptions } from "../../core/listener.ts";
import { certificateOf } from "../conformance/sockets/tls_files.ts";
import { reasonOf } from "../support/gates.ts";
import { runtime, test } from "../support/harness.ts";

const acceptor = { offer: () => undefined, failed: () => undefined, admit: () => undefined };

// deno-lint-ignore require-await -- what it throws is a rejection
async function made(options: Partial<ListenOptions>) {
  return adopter({
    acceptor,
    options: resolveListenOptions({ port: 0, ...options } as ListenOptions),
  });
}

test("adopter of Bun refuses TLS behind a header", async () => {
  const options = { tls: certificateOf("server"), proxyProtocol: { trust: ["127.0.0.1"] } };
  assert(await reasonOf(made(options)) instanceof NotSupported);
});

if (runtime === "bun") {
  test("adopter of Bun refuses a certificate and a key that do not belong together", async () => {
    const tls = { ...certificateOf("server"), key: certificateOf("renewed").key };
    assert(await reasonOf(made({ tls })) instanceof TypeError);
  });
}

test("setCertificate() of the adopter of Bun without TLS rejects", async () => {
  const { setCertificate } = await made({});
  assert(await reasonOf(setCertificate(certificateOf("server"))) instanceof TypeError);
});

test("adopter of Bun refuses a socket that has none of Bun below", async () => {
  const { adopt } = await made({});
  const refused = new Promise<void>((resolve) => resolve(adopt(new Socket())));
  assert(await reasonOf(refused) instanceof NotSupported);
});
