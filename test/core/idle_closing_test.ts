import { assertEquals } from "#assert";
import { connectionPair } from "../../adapters/memory.ts";
import { IdleClosing } from "../../core/idle_closing.ts";
import { WatchedConnection } from "../../core/watched_connection.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { macrotask } from "../support/gates.ts";
import { test, type TestContext } from "../support/harness.ts";

const BYTES = Uint8Array.of(1);

/** An echo, whose end is near, and its client. */
async function scene(t: TestContext, exchanges: number) {
  const timers = new FakeTimers();
  const [client, inner] = connectionPair();
  t.defer(() => {
    client.abort();
    inner.abort();
  });
  const watched = new WatchedConnection(inner);
  const echo = async () => {
    for (let chunk = await watched.read(); chunk; chunk = await watched.read()) {
      await watched.write(chunk);
    }
  };
  echo().catch(() => undefined);
  const exchange = async () => {
    await client.write(BYTES);
    await client.read();
    await macrotask();
  };
  for (let i = 0; i < exchanges; i++) await exchange();
  const closing = new IdleClosing(timers);
  const closed = () => closing.hasClosed(watched);
  return { timers, client, watched, closing, exchange, closed };
}

test("IdleClosing closes a connection that was answered after 100 ms", async (t) => {
  const { timers, closing, watched, closed, client } = await scene(t, 1);
  closing.add(watched, watched);
  timers.advance(99);
  assertEquals(closed(), false);
  timers.advance(1);
  assertEquals([closed(), timers.armed], [true, 0]);
  assertEquals(await client.read(), null, "in order");
});

test("IdleClosing closes a connection that has never sent anything after 250 ms", async (t) => {
  const { timers, closing, watched, closed } = await scene(t, 0);
  closing.add(watched, watched);
  timers.advance(249);
  assertEquals(closed(), false);
  timers.advance(1);
  assertEquals([closed(), timers.armed], [true, 0]);
});

test("IdleClosing lets a peer go on that sends at once", async (t) => {
  const { timers, closing, watched, closed, exchange } = await scene(t, 1);
  closing.add(watched, watched);
  for (let i = 0; i < 100; i++) {
    timers.advance(9);
    await exchange();
  }
  timers.advance(99);
  assertEquals(closed(), false);
  timers.advance(1);
  assertEquals(closed(), true);
});

test("IdleClosing closes a connection soon after an answer when its peer takes its time", async (t) => {
  const { timers, closing, watched, closed, exchange } = await scene(t, 1);
  closing.add(watched, watched);
  const paces = [[10, 100], [10, 100], [9, 100], [10, 100], [10, 100], [10, 0]] as const;
  for (const [pace, next] of paces) {
    timers.advance(pace);
    await exchange();
    assertEquals([closed(), timers.next], [false, next], "twice may be a busy machine");
  }
  timers.advance(0);
  assertEquals([closed(), timers.armed], [true, 0]);
});

test("IdleClosing gives what is there already four turns to come", async (t) => {
  const { timers, watched, exchange } = await scene(t, 1);
  const turns = new Set<() => void>();
  const closing = new IdleClosing({
    now: () => timers.now(),
    set: (callback, ms) => {
      if (ms > 0) return timers.set(callback, ms);
      turns.add(callback);
      return callback;
    },
    clear: (timer) => {
      turns.delete(timer as () => void);
      timers.clear(timer);
    },
  });
  const turn = () => {
    const due = [...turns];
    turns.clear();
    for (const callback of due) callback();
  };
  closing.add(watched, watched);
  for (let i = 0; i < 2; i++) {
    timers.advance(100);
    assertEquals(turns.size, 1);
    for (let j = 0; j < 3; j++) turn();
    assertEquals(closing.hasClosed(watched), false);
    if (i === 0) {
      await exchange();
      assertEquals(turns.size, 0, "it has come in time");
    }
  }
  turn();
  assertEquals([closing.hasClosed(watched), turns.size], [true, 0]);
});

test("IdleClosing.delete() leaves no timer and nothing on the connection", async (t) => {
  const { timers, closing, watched, closed, exchange } = await scene(t, 1);
  closing.add(watched, watched);
  assertEquals(timers.armed, 1);
  closing.delete(watched);
  closing.delete(watched);
  assertEquals([timers.armed, watched.onChange], [0, undefined]);
  timers.advance(1000);
  await exchange();
  assertEquals([closed(), timers.armed], [false, 0]);
});

test("IdleClosing closes many by one timer a turn", async (t) => {
  const timers = new FakeTimers();
  const closing = new IdleClosing(timers);
  const all = await Promise.all(Array.from({ length: 50 }, () => scene(t, 1)));
  for (const { watched } of all) closing.add(watched, watched);
  timers.advance(99);
  let turns = 0;
  const { set } = timers;
  timers.set = (callback, ms) => {
    turns++;
    return set.call(timers, callback, ms);
  };
  timers.advance(1);
  assertEquals(all.filter(({ watched }) => closing.hasClosed(watched)).length, 50);
  assertEquals([turns, timers.armed], [4, 0]);
});
