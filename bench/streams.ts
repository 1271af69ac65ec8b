// npm run bench -- streams: what an item costs, as a multiple of a bare `for await` loop with an
// async handler that does nothing, over the same async generator.
// Prints one JSON object; scripts/bench.mjs runs it on each runtime and makes a table of it.

import process from "node:process";
import { forEachConcurrent } from "../core/for_each_concurrent.ts";
import { map } from "../core/map.ts";
import { takeUntil } from "../core/take_until.ts";
import { type Contender, type Effort, time, type Timed } from "./measure.ts";
import { retained } from "./retained.ts";
import { rivals } from "./rivals.ts";

/** One row of the table; what is compared stands in one group. */
type Row = Timed & { readonly group: string };

const tiny = process.argv.includes("--tiny");
const EFFORT: Effort = tiny
  ? { rounds: 2, warmUp: 1, runMs: 1, items: [500, 500] }
  : { rounds: 15, warmUp: 3, runMs: 20, items: [10_000, 200_000] };
const RETAINED_ITEMS = tiny ? 20_000 : 500_000;

const handle = async (): Promise<void> => {};
const add = (item: number): number => item + 1;

async function* numbers(count: number): AsyncGenerator<number, void, undefined> {
  for (let item = 0; item < count; item++) yield item;
}

async function* repeated(count: number, item: unknown): AsyncGenerator<unknown, void, undefined> {
  for (let given = 0; given < count; given++) yield item;
}

const bare: Contender = {
  name: "for await",
  run: async (items) => {
    for await (const _ of numbers(items)) await handle();
  },
};

/** Ours beside the others, at one limit. */
async function concurrent(limit: number): Promise<Row[]> {
  const contenders: Contender[] = [{
    name: "forEachConcurrent",
    run: (items) => forEachConcurrent(numbers(items), handle, { limit }),
  }];
  for (const { name, run } of await rivals()) {
    const source = (items: number) => (item?: unknown) =>
      item === undefined ? numbers(items) : repeated(items, item);
    contenders.push({ name, run: (items) => run(source(items), handle, limit) });
  }
  const group = `limit ${limit === Infinity ? "none" : limit}`;
  return (await time(bare, contenders, EFFORT)).map((timed) => ({ group, ...timed }));
}

/** What stages cost that hand their items to a bare loop. */
async function stages(): Promise<Row[]> {
  const longLived = new AbortController().signal;
  const looped = (name: string, pipe: (source: AsyncIterable<number>) => AsyncIterable<number>) => {
    const run = async (items: number): Promise<void> => {
      for await (const _ of pipe(numbers(items))) await handle();
    };
    return { name, run };
  };
  const contenders = [
    looped("map × 3", (source) => map(map(map(source, add), add), add)),
    looped("takeUntil(signal)", (source) => takeUntil(source, longLived)),
  ];
  return (await time(bare, contenders, EFFORT)).map((timed) => ({ group: "stages", ...timed }));
}

/** Bytes that stay behind per item. */
async function kept(): Promise<Record<string, number>> {
  const { signal } = new AbortController();
  const bytes: Record<string, number> = {};
  for (const limit of [1, 64, Infinity]) {
    bytes[`forEachConcurrent, limit ${limit === Infinity ? "none" : limit}`] = await retained(
      (source) => forEachConcurrent(source, handle, { limit, signal }),
      RETAINED_ITEMS,
    );
  }
  bytes["map × 3, takeUntil(signal)"] = await retained(async (source) => {
    for await (const _ of takeUntil(map(map(map(source, add), add), add), signal)) await handle();
  }, RETAINED_ITEMS);
  return bytes;
}

async function main(): Promise<void> {
  const rows = [await concurrent(1), await concurrent(64), await concurrent(Infinity)];
  rows.push(await stages());
  console.log(JSON.stringify({ rows: rows.flat(), bytes: await kept() }));
}

void main();
