/** What the benchmarks make of their figures; and the documentation says what they have found. */

import { assert, assertEquals, assertThrows } from "#assert";
import { type Answer, compared, isReached, merged, type Results } from "../bench/answers.ts";
import { quantile, ratios, rounded, spread, turns } from "../bench/arithmetic.ts";
import { inserted, SHOWING } from "../bench/documentation.ts";
import { MESSAGES } from "../bench/messages.ts";
import { plot } from "../bench/plot.ts";
import { ratioOf, reportOf, shown, tableOf } from "../bench/report.ts";
import { details, summary } from "../bench/summary.ts";
import { test } from "./support/harness.ts";
import { textOf } from "./support/markdown.ts";

/** An answer of two rows, the second of which costs `ratio` times the first. */
function answer(question: string, runtime: string, ratio: number, more = {}): Answer {
  const [base, ours] = [
    { name: "raw", value: 10, ratio: 1, spread: [1, 1] as const },
    { name: "ours", value: 10 * ratio, ratio, spread: [ratio - 0.1, ratio + 0.1] as const },
  ];
  const unit = "CPU µs";
  return { question, runtime, group: `${question} of 64 bytes`, unit, rows: [base, ours], ...more };
}

/** A run that answered `answers`. */
function run(answers: Answer[], more: Partial<Results> = {}): Results {
  const versions = { node: "26.10.0" };
  return { machine: { kernel: "linux" }, versions, answers, ...more };
}

test("quantile() is the median in the middle, and does not touch what it is given", () => {
  const values = [5, 1, 4, 2, 3];
  assertEquals([0, 0.25, 0.5, 0.75, 1].map((part) => quantile(values, part)), [1, 2, 3, 4, 5]);
  assertEquals(values, [5, 1, 4, 2, 3]);
  assertEquals(quantile([10, 9, 100], 0.5), 10);
  assertEquals([0.25, 0.5].map((part) => quantile([3, 1, 2, 4], part)), [1.75, 2.5]);
  assertEquals(quantile([7], 0.75), 7);
  assert(Number.isNaN(quantile([], 0.5)));
});

test("spread() has the quartiles around the median", () => {
  assertEquals(spread([1, 2, 3, 4, 100]), { median: 3, quartiles: [2, 4] });
});

test("ratios() compares within each round, so that a slow round counts for nobody", () => {
  assertEquals(ratios([2, 20, 4], [1, 10, 2]), [2, 2, 2]);
  assertEquals(compared("ours", [2, 20, 4.4], [1, 10, 2]), {
    name: "ours",
    value: 4.4,
    ratio: 2,
    spread: [2, 2.1],
  });
});

test("turns() gives everyone each place in turn", () => {
  assertEquals([0, 1, 2, 3].map((round) => turns(3, round)), [
    [0, 1, 2],
    [1, 2, 0],
    [2, 0, 1],
    [0, 1, 2],
  ]);
});

test("rounded() keeps four digits, and whole numbers from a thousand on", () => {
  assertEquals([12.34567, 0.00123456, 12345.6, 0].map(rounded), [12.35, 0.001235, 12346, 0]);
});

test("isReached() judges what is printed: two digits", () => {
  const goal = { row: "ours", of: "ratio", most: 1.05 } as const;
  const reached = (ratio: number) => isReached(answer("echo", "node", ratio, { goal }));
  assertEquals([1.04, 1.0549, 1.0551].map(reached), [true, true, false]);
  const least = { row: "ours", of: "ratio", least: 1.9 } as const;
  const doubled = (ratio: number) => isReached(answer("parallel", "node", ratio, { goal: least }));
  assertEquals([1.89, 1.9].map(doubled), [false, true]);
  const memory = { row: "ours", of: "value", most: 15 } as const;
  assertEquals(isReached(answer("memory", "node", 1.6, { goal: memory })), false);
  assertEquals(isReached(answer("echo", "node", 1)), undefined);
});

test("merged() puts new answers in the place of those to the same question on the same runtime", () => {
  const older = run([
    answer("echo", "node", 1),
    answer("echo", "bun", 2),
    answer("http", "bun", 3),
  ]);
  const { answers, versions } = merged(
    older,
    run([answer("echo", "bun", 4)], { versions: { bun: "1.4.5" } }),
  );
  assertEquals(answers.map(({ question, runtime, rows }) => [question, runtime, rows[1]?.ratio]), [
    ["echo", "node", 1],
    ["http", "bun", 3],
    ["echo", "bun", 4],
  ]);
  assertEquals(versions, { node: "26.10.0", bun: "1.4.5" });
  assertThrows(() => merged(older, run([], { machine: {} })), Error, "Cannot add: the machine");
});

test("a message that is sent back passes for an answer, and has the bytes that its name says", () => {
  const answers = [MESSAGES.ping, MESSAGES.bulk, MESSAGES.once];
  assertEquals(answers.map((message) => message.length), [64, 64 * 1024, 64]);
  for (const message of answers) {
    const [head = "", body = ""] = message.split("\r\n\r\n");
    assert(head.startsWith("HTTP/1.1 200 OK\r\n"));
    assertEquals(Number(/Content-Length: ([0-9]+)$/.exec(head)?.[1]), body.length);
  }
});

test("numbers are shown with the digits that mean something", () => {
  assertEquals(
    [1234.5, 123.4, 12.34, 1.234, 0, NaN, undefined].map(shown),
    ["1,235", "123", "12.3", "1.23", "0.00", "–", "–"],
  );
  const row = { name: "ours", value: 3, ratio: 1.234, spread: [1.1, 1.3] as const };
  assertEquals(ratioOf(row), "1.23 (1.10–1.30)");
  assertEquals(ratioOf({ name: "raw", value: 3, ratio: 1, spread: [1, 1] }), "1");
  assertEquals(ratioOf({ name: "kept", value: 3 }), "–");
});

test("tableOf() has columns of one width", () => {
  assertEquals(
    tableOf(["a", "bc"], [["def", "g"], ["h", "ijkl"]]),
    [
      "| a   | bc   |",
      "| --- | ---- |",
      "| def | g    |",
      "| h   | ijkl |",
    ].join("\n"),
  );
});

test("reportOf() says whether the goal is reached", () => {
  const goal = { row: "ours", of: "ratio", most: 1.05 } as const;
  const report = reportOf(answer("echo", "node", 1.2, { goal }));
  assert(report.includes("\nours: the goal is ratio ≤ 1.05; not reached\n"), report);
  assert(/^\| ours +\| 12.0 +\| 1.20 \(1.10–1.30\) +\|$/m.test(report), report);
});

const SMALL = run([
  answer("echo", "node", 1.25),
  answer("echo", "bun", 1.5),
  answer("memory", "node", 2),
  answer("growth", "node", 7.77),
]);

test("summary() has a line for each ratio, losses included, with its command", () => {
  assertEquals(
    summary(SMALL).split("\n").map((line) => line.replace(/ +/g, " ")),
    [
      "| | | Node | Bun | |",
      "| ----------------------- | ------ | ---- | ---- | ------------------------- |",
      "| echo of 64 bytes: ours | × raw | 1.25 | 1.50 | `npm run bench -- echo` |",
      "| memory of 64 bytes: ours | CPU µs | 20.0 | – | `npm run bench -- memory` |",
    ].map((line) => line.replace("-----------------------", "-".repeat(24))),
  );
});

test("details() has everything, a table for each question", () => {
  const text = details(SMALL);
  assertEquals([...text.matchAll(/^### (\w+)$/gm)].map(([, name]) => name), [
    "echo",
    "memory",
    "growth",
  ]);
  assert(
    /^\| growth of 64 bytes +\| ours +\| CPU µs +\| 77.7 · 7.77 \(7.67–7.87\)/m.test(text),
    text,
  );
});

test("details() names the commands that have given the figures", () => {
  const answers = [answer("echo", "node", 1, { effort: "quick" }), answer("echo", "bun", 1)];
  const text = details(run(answers));
  assert(/\n\n`npm run bench -- echo --quick`, `npm run bench -- echo`\n\n\|/.test(text), text);
});

test("plot() draws a bar for each ratio of CPU time, the same one each time", () => {
  const picture = plot(SMALL);
  assertEquals(picture, plot(SMALL));
  assertEquals(picture.match(/<line class="range"/g)?.length, 2);
  // From 400 to 800, where the axis ends at 2: 1.25 of it is 250 wide.
  assert(
    /<rect x="400" y="[0-9]+" width="250" height="8" fill="#3f9142"\/>/.test(picture),
    picture,
  );
  assert(picture.includes("echo of 64 bytes: ours</text>") && !picture.includes("growth"));
  assert(picture.includes("prefers-color-scheme: dark"));
  const hostile = plot(run([{ ...answer("echo", "node", 1), group: `<&">` }]));
  assert(hostile.includes("&#60;&#38;&#34;&#62;: ours"), hostile);
});

test("inserted() replaces what is between the marks of a view, and nothing else", () => {
  const results = run([{ ...answer("echo", "node", 1.25), group: "$& costs" }]);
  const block = (name: string, text: string) => `<!-- ${name} -->\n\n${text}\n\n<!-- /${name} -->`;
  const page = (first: string, second: string) =>
    `a\n\n${block("performance", first)}\n\nb\n\n${block("details", second)}\n\nz\n`;
  assertEquals(
    inserted(page("old\nolder", ""), results),
    page(summary(results), details(results)),
  );
  assertEquals(inserted("no marks", SMALL), "no marks");
});

for (const file of SHOWING) {
  test(`${file} shows what bench/results.json says`, () => {
    const text = textOf(file);
    assertEquals(inserted(text, committed()), text);
  });
}

test("docs/performance.md shows everything, and docs/bench.svg is its picture", () => {
  assert(textOf("docs/performance.md").includes("<!-- details -->"));
  assertEquals(textOf("docs/bench.svg"), `${plot(committed())}\n`);
});

/** The run that the documentation shows. */
function committed(): Results {
  // npm run bench has written it.
  return JSON.parse(textOf("bench/results.json")) as Results;
}
