import { assert, assertEquals } from "#assert";
import { Breather } from "../../core/breather.ts";
import { filter } from "../../core/filter.ts";
import { forEachConcurrent } from "../../core/for_each_concurrent.ts";
import { map } from "../../core/map.ts";
import { macrotask, microtasks, naturals, ReadySource, reasonOf } from "../support/gates.ts";
import { test } from "../support/harness.ts";

test("Breather.due() is true once in 512 items", () => {
  const breather = new Breather();
  const answers = Array.from({ length: 1536 }, () => breather.due(() => undefined));
  assertEquals(answers.flatMap((due, i) => due ? [i + 1] : []), [512, 1024, 1536]);
});

test("Breather.due() resumes once, in a macrotask", async () => {
  const breather = new Breather();
  let resumed = 0;
  for (let i = 0; i < 512; i++) breather.due(() => resumed++);
  await microtasks(1000);
  assertEquals(resumed, 0);
  while (resumed === 0) await macrotask();
  await macrotask();
  assertEquals(resumed, 1);
});

const endless = {
  "an endless generator": () => naturals(),
  "an endless generator of promises": function* () {
    for (const n of naturals()) yield Promise.resolve(n);
  },
  "an endless async generator": async function* () {
    yield* naturals();
  },
  "an iterator that always has an item ready": () => new ReadySource(naturals()),
  "a map over one": () => map(naturals(), (n) => n),
};
const handlers = {
  "handlers that return nothing": () => undefined,
  "handlers that are async": async () => {},
  "handlers that throw": () => {
    throw new Error("every one");
  },
  "handlers that reject": () => Promise.reject(new Error("every one")),
};

for (const [what, source] of Object.entries(endless)) {
  for (const [how, handle] of Object.entries(handlers)) {
    test(`forEachConcurrent() does not starve timers: ${what}, ${how}`, async () => {
      for (const limit of [1, 2, Infinity]) {
        const stop = new AbortController();
        const timer = setTimeout(() => stop.abort("timer"), 0);
        const done = forEachConcurrent(source() as Iterable<number>, handle, {
          limit,
          signal: stop.signal,
          onError: () => undefined,
        });
        assertEquals(await reasonOf(done), "timer");
        clearTimeout(timer);
      }
    });
  }
}

test("forEachConcurrent() does not starve timers when a filter drops everything", async () => {
  for (const drop of [() => false, () => Promise.resolve(false)]) {
    const stop = new AbortController();
    setTimeout(() => stop.abort("timer"), 0);
    const none = filter(naturals(), drop);
    const done = forEachConcurrent(none, () => assert(false), { signal: stop.signal });
    assertEquals(await reasonOf(done), "timer");
  }
});

test("forEachConcurrent() lets others have their turn about every 512 items", async () => {
  let items = 0;
  const stop = new AbortController();
  const done = forEachConcurrent(new ReadySource(naturals()), () => void items++, {
    signal: stop.signal,
  });
  for (let turn = 0; turn < 50; turn++) {
    await macrotask();
  }
  stop.abort("enough");
  await reasonOf(done);
  assert(items >= 1024, `${items} items`);
  assertEquals(items % 512, 0);
});

test("forEachConcurrent() that is stopped while it breathes asks for nothing more", async () => {
  const source = new ReadySource(naturals());
  const stop = new AbortController();
  const done = forEachConcurrent(source, (n) => {
    // The stop comes between this item and the pause that follows it.
    if (n === 511) queueMicrotask(() => stop.abort("enough"));
  }, { signal: stop.signal });
  assertEquals(await reasonOf(done), "enough");
  await macrotask();
  await macrotask();
  assertEquals([source.pulls, source.closes], [512, 1]);
});

test("forEachConcurrent() holds to one next() and to its limit across the pauses", async () => {
  let [running, most] = [0, 0];
  const source = new ReadySource(Array.from({ length: 3000 }, (_, i) => i));
  const items: number[] = [];
  await forEachConcurrent(source, async (item) => {
    items.push(item);
    most = Math.max(most, ++running);
    await microtasks(item % 7);
    running--;
  }, { limit: 3 });
  assertEquals(items, Array.from({ length: 3000 }, (_, i) => i));
  assertEquals([most, source.pulls], [3, 3001]);
});
