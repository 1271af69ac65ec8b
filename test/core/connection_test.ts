import { assertStrictEquals } from "#assert";
import { Connection, type Reader, type Writer } from "../../core/connection.ts";
import { connectionFrom } from "../../core/connection_from.ts";
import { TransportConnection } from "../../core/transport_connection.ts";
import { fakeConnection } from "../support/fake_transport.ts";
import { test } from "../support/harness.ts";

test("Connection is a type and a value: what from() makes is one of it, with both halves", () => {
  assertStrictEquals(Connection.from, connectionFrom);
  const { connection }: { connection: Connection } = fakeConnection();
  const halves: [Reader, Writer] = [connection, connection];
  assertStrictEquals(halves[0], halves[1]);
  assertStrictEquals(connection instanceof TransportConnection, true);
  connection.abort();
});
