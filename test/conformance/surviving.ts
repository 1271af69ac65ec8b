/**
 * Contract, sentences 16 and 17: what outlives a connection, and what must not come of it.
 */

import { ensure, equal, turns } from "./check.ts";
import { payload } from "./payload.ts";
import { type Case, textOf, withConnection } from "./subject.ts";

export const survivingCases: readonly Case[] = [
  {
    name: "16. the addresses are those of both ends, and survive close()",
    run: (subject) =>
      withConnection(subject, async (connection, peer, { addr, made }) => {
        const { localAddr, remoteAddr } = connection;
        const before = JSON.stringify([localAddr, remoteAddr]);
        const [server, client] = made ? [remoteAddr, localAddr] : [localAddr, remoteAddr];
        equal(textOf(server), textOf(addr), "the address that was listened on");
        equal(client.transport, addr.transport, "the transport of the end that connected");
        if (client.transport === "unix") equal(client.path, "", "its path: it has no name");
        else {
          equal(client.hostname, addr.transport === "unix" ? "" : addr.hostname, "its host name");
          ensure(client.port > 0 && textOf(client) !== textOf(addr), "its port");
        }
        peer.end();
        await connection.close();
        equal(
          JSON.stringify([connection.localAddr, connection.remoteAddr]),
          before,
          "the addresses after close()",
        );
      }),
  },
  {
    name: "17. promises that nobody awaits never become unhandled rejections",
    run: async (subject) => {
      for (const act of ["reset", "destroy"] as const) {
        await withConnection(subject, async (connection, peer) => {
          void connection.read();
          void connection.read();
          void connection.write(payload(8 << 20));
          void connection.write(payload(8 << 20));
          void connection.closeWrite();
          void connection.write(payload(1));
          await turns(20);
          peer[act]();
          await turns();
          void connection.read();
          void connection.write(payload(1));
          void connection.closeWrite();
          void connection.close();
          void connection.read();
          connection.abort();
          void connection.write(payload(1));
          await turns(20);
        });
      }
    },
  },
];
