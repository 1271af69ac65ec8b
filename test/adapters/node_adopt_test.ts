/** The adopter of node:net. */

import { assert } from "#assert";
import { adopter } from "../../adapters/node_adopt.ts";
import { NotSupported } from "../../core/errors.ts";
import { certificateOf } from "../conformance/sockets/tls_files.ts";
import { reasonOf } from "../support/gates.ts";
import { runtime, test } from "../support/harness.ts";
import { plainCases, tlsCases } from "./adopted_cases.ts";
import { adopting } from "./adopting.ts";

plainCases(`adopter of node:net on ${runtime}`, adopter);

if (runtime === "node") tlsCases("adopter of node:net", adopter);
else {
  test(`adopter of node:net has no TLS on ${runtime}`, async (t) => {
    const error = await reasonOf(adopting(t, adopter, { tls: certificateOf("server") }));
    assert(error instanceof NotSupported, String(error));
  });
}

test("setCertificate() of an adopter without TLS rejects", async (t) => {
  const { adopter: plain } = await adopting(t, adopter);
  assert(await reasonOf(plain.setCertificate(certificateOf("server"))) instanceof TypeError);
});
