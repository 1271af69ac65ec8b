/** The adopter of Deno: TLS over sockets of node:net. */

import { assert, assertEquals } from "#assert";
import { once } from "node:events";
import { connect as connectRaw } from "node:net";
import { connect as connectTls } from "node:tls";
import { adopter } from "../../adapters/deno_adopt.ts";
import { CA, certificateOf } from "../conformance/sockets/tls_files.ts";
import { reasonOf } from "../support/gates.ts";
import { runtime, test } from "../support/harness.ts";
import { v1 } from "../support/proxy_headers.ts";
import { tlsCases } from "./adopted_cases.ts";
import { adopting } from "./adopting.ts";

if (runtime === "deno") {
  tlsCases("adopter of Deno", adopter);

  test("adopter of Deno: the header of a proxy comes before the handshake", async (t) => {
    const options = { tls: certificateOf("server"), proxyProtocol: { trust: ["127.0.0.1"] } };
    const { port, gone } = await adopting(t, adopter, options);
    const raw = connectRaw({ port, host: "127.0.0.1" });
    t.defer(() => void raw.destroy());
    raw.write(v1("TCP4 192.0.2.1 198.51.100.2 1000 443"));
    const socket = connectTls({ socket: raw, ca: CA, servername: "localhost" });
    socket.on("error", () => undefined);
    let said = "";
    socket.on("data", (chunk) => said += String(chunk));
    socket.end("hello");
    await once(socket, "end");
    assertEquals(said, "192.0.2.1:1000 198.51.100.2:443 none hello");
    raw.destroy();
    await gone(1);
  });

  test("adopter of Deno is for TLS only", async (t) => {
    assert(await reasonOf(adopting(t, adopter)) instanceof TypeError);
  });
}
