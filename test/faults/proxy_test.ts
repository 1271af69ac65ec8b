/** Real sockets with a proxy between them that cuts, resets, stalls and dribbles. */

import { assert, assertEquals } from "#assert";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { handleConnection } from "../../examples/echo.ts";
import { connect, type Connection, listen, type Listener, serve } from "../../mod.ts";
import { payload } from "../conformance/payload.ts";
import { FaultProxy, SOCKET_FAULTS, type SocketPlan } from "../support/faults_proxy.ts";
import { runtime, test, type TestContext } from "../support/harness.ts";
import { concat } from "../support/readers.ts";
import { handleHastily } from "../support/faults_scripts.ts";
import { forEachSeed, type Seeded } from "../support/seeded.ts";

const SEEDS = 5;
const CLIENTS = 16;
/** About how much the handshake of TLS needs, in each direction. */
const HANDSHAKE_BYTES = 2_000;

const tls = (name: string) =>
  readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), "utf8");

/** How to listen, and what a client needs for it beside the port. */
const KINDS: Record<string, { listen: (t: TestContext) => Promise<Listener>; options: object }> = {
  tcp: { listen: () => listen({ port: 0 }), options: {} },
  unix: {
    listen: (t) => {
      const folder = mkdtempSync(join(tmpdir(), "faults-"));
      t.defer(() => rmSync(folder, { recursive: true }));
      return listen({ path: join(folder, "socket") });
    },
    options: {},
  },
  tls: {
    listen: () => listen({ port: 0, tls: { cert: tls("server.crt"), key: tls("server.key") } }),
    options: { tls: { ca: tls("ca.crt"), sni: "localhost" } },
  },
};

function planOf(chance: Seeded, bytes: number): SocketPlan {
  const fault = chance.once(2) ? chance.pick(SOCKET_FAULTS) : undefined;
  const at = chance.once(5) ? 0 : chance.below(bytes);
  const piece = bytes < 10_000 ? chance.pick([1, 100_000]) : chance.pick([1_000, 100_000]);
  return { fault, at, piece, direction: chance.pick(["up", "down"]) };
}

/** What a client has got, and whether that ended in order. */
interface Result {
  readonly bytes: Uint8Array;
  readonly inOrder: boolean;
}

/** Sends all and takes all that comes back, however it ends. */
async function echoed(connection: Connection, sent: Uint8Array): Promise<Result> {
  const got: Uint8Array[] = [];
  const send = async () => {
    await connection.write(sent);
    await connection.closeWrite();
  };
  const receive = async () => {
    for (let chunk = await connection.read(); chunk; chunk = await connection.read()) {
      got.push(chunk.slice());
    }
  };
  const [, received] = await Promise.allSettled([send(), receive()]);
  await connection.close();
  return { bytes: concat(got), inOrder: received.status === "fulfilled" };
}

for (const [kind, { listen, options }] of Object.entries(KINDS)) {
  test(
    `${kind} behind a bad proxy: who has no fault gets all, and nothing is left, on ${runtime}`,
    async (t) => {
      await forEachSeed(SEEDS, async (chance) => {
        const listener = await listen(t);
        const proxy = await FaultProxy.listening(listener.addr);
        t.defer(() => proxy.close());
        const stop = new AbortController();
        const errors: unknown[] = [];
        const handle = chance.once(2) ? handleConnection : handleHastily;
        const serving = serve(listener, handle, {
          signal: stop.signal,
          onError: (error) => errors.push(error),
        });
        const clients: { plan: SocketPlan; sent: Uint8Array; got: Promise<Result> }[] = [];
        for (let count = 0; count < CLIENTS; count++) {
          const sent = payload(chance.pick([0, 1, 500, 3_000, 100_000, 300_000]));
          const plan = planOf(chance, sent.length + 2 + (kind === "tls" ? HANDSHAKE_BYTES : 0));
          proxy.plan(plan);
          const got = connect({ port: proxy.port, ...options }).then(
            (connection) => echoed(connection, sent),
            () => ({ bytes: new Uint8Array(), inOrder: false }),
          );
          clients.push({ plan, sent, got });
        }
        const stalled = clients.filter(({ plan: { fault } }) => fault === "stall");
        await Promise.all(clients.map((each) => stalled.includes(each) ? undefined : each.got));
        proxy.release();
        for (const { plan, sent, got } of clients) {
          const { bytes, inOrder } = await got;
          const what = `${JSON.stringify(plan)}: ${bytes.length} of ${sent.length} bytes`;
          const whole = plan.fault === undefined || plan.fault === "stall";
          assert(whole ? bytes.length === sent.length : bytes.length <= sent.length, what);
          const brokenOff = plan.fault === "reset" && bytes.length < sent.length;
          assert(whole ? inOrder : !brokenOff || !inOrder, `${what}, in order: ${inOrder}`);
          assert(bytes.every((byte, i) => byte === sent[i]), `${what}, and wrong ones`);
        }
        stop.abort();
        const { cut } = await serving;
        const { open, accepted, refused, failedAccepts } = listener.stats;
        assertEquals({ cut, open, errors }, { cut: 0, open: 0, errors: [] });
        assertEquals(accepted + refused + failedAccepts, proxy.connected, "all are counted");
        await proxy.close();
      });
    },
    { timeout: 60_000 },
  );
}
