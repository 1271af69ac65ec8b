import { assertEquals } from "#assert";
import { addWhole } from "../../http/answer_writer.ts";
import { dateLine } from "../../http/date_field.ts";
import { GATHERED_BYTES, Output } from "../../http/output.ts";
import { readReply } from "../../http/read_reply.ts";
import { ReadyBytes } from "../../http/ready_bytes.ts";
import type { Reply, WholeBody } from "../../http/answer.ts";
import { test } from "../support/harness.ts";
import { MockConnection } from "./mock_connection.ts";

function readyOf(reply: Reply & { body: WholeBody }): ReadyBytes | undefined {
  return ReadyBytes.of(readReply(reply), reply.body);
}

function textOf(ready: ReadyBytes | undefined): string | undefined {
  return ready?.bytes()?.reduce((text, byte) => text + String.fromCharCode(byte), "");
}

test("ReadyBytes is the answer as it would be written, and is made once a second", async () => {
  const replies = [
    { body: "hello" },
    { status: 404, headers: { "X-A": "\xe9" }, body: "\u20ac" },
    { headers: { Date: "long ago" }, body: new Uint8Array([0, 255]) },
    { statusText: "well", body: null },
  ];
  for (const reply of replies) {
    const [answer, connection] = [readReply(reply), new MockConnection([])];
    const output = new Output(connection);
    let sent = 0;
    const context = {
      method: "GET",
      minor: 1,
      keepAlive: true,
      sent: (size: number) => sent = size,
    };
    const ready = readyOf(reply);
    const made = ready?.bytes();
    const date = dateLine();
    addWhole(output, answer, reply.body, context);
    await output.flush();
    // Not when the second has just changed.
    if (date !== dateLine() || made !== ready?.bytes()) continue;
    assertEquals([textOf(ready), ready?.bodySize], [connection.written, sent]);
  }
});

test("ReadyBytes is none for what is too large to be copied each time", () => {
  assertEquals(readyOf({ body: "x".repeat(GATHERED_BYTES + 1) }), undefined);
  const whole = textOf(readyOf({ body: "" }))?.length ?? 0;
  const digits = String(GATHERED_BYTES).length - 1;
  const most = GATHERED_BYTES - whole - digits;
  assertEquals(textOf(readyOf({ body: "x".repeat(most) }))?.length, GATHERED_BYTES);
  assertEquals(textOf(readyOf({ body: "x".repeat(most + 1) })), undefined);
});

test("ReadyBytes has the Date of the second", () => {
  const ready = readyOf({ body: "hello" });
  const { now } = Date;
  try {
    for (const year of [2031, 2032]) {
      Date.now = () => Date.UTC(year, 0, 1);
      assertEquals(textOf(ready)?.includes(`01 Jan ${year} 00:00:00 GMT`), true);
    }
  } finally {
    Date.now = now;
  }
});
