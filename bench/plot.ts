/** The picture of a run: an SVG that is legible on light and on dark, and the same for the same JSON. */

import type { Results } from "./answers.ts";
import { type Line, linesOf, runtimesOf, TITLES } from "./summary.ts";

/** What is shown: ratios of CPU time. */
const SHOWN = /^(echo|bulk|accept|http|program)$/;
const OTHERS = /^nginx/;

const [WIDTH, LEFT, RIGHT, TOP] = [860, 400, 60, 56];
const [BAR, GAP] = [9, 14];
const COLORS: Readonly<Record<string, string>> = {
  node: "#3f9142",
  deno: "#2f7fd3",
  bun: "#c9803f",
};

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .axis { stroke: #8c959f; stroke-width: 0.5 }
  .one { stroke: #24292f; stroke-width: 1.5 }
  .range { stroke: #24292f; stroke-width: 1 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .one, .range { stroke: #e6edf3 }
  }
`;

/** Bars for each ratio, with its quartiles, beside the line of the baseline. */
export function plot(results: Results): string {
  const runtimes = runtimesOf(results.answers);
  const lines = linesOf(results).filter(({ question, name, baseline }) =>
    SHOWN.test(question) && baseline !== undefined && !OTHERS.test(name)
  );
  const most = Math.max(
    1,
    ...lines.flatMap(({ cells }) =>
      Object.values(cells).map(({ ratio = 0, spread = [0, 0] }) => Math.max(ratio, spread[1]))
    ),
  );
  const mark = most > 12 ? 5 : most > 4 ? 1 : 0.5;
  const end = Math.ceil(most / mark) * mark;
  const xOf = (ratio: number) => round(LEFT + ratio / end * (WIDTH - LEFT - RIGHT));
  const step = runtimes.length * BAR + GAP;
  const height = TOP + lines.length * step + 20;
  const axis = Array.from({ length: end / mark + 1 }, (_, count) => count * mark).concat(1).map(
    (ratio) => {
      const [x, kind] = [xOf(ratio), ratio === 1 ? "one" : "axis"];
      return `<line class="${kind}" x1="${x}" x2="${x}" y1="${TOP - 8}" y2="${height - 16}"/>` +
        `<text x="${x}" y="${TOP - 14}" text-anchor="middle">${ratio}</text>`;
    },
  );
  const key = runtimes.map((runtime, index) =>
    `<rect x="${LEFT + index * 80}" y="8" width="10" height="10" fill="${colorOf(runtime)}"/>` +
    `<text x="${LEFT + 15 + index * 80}" y="17">${escaped(TITLES[runtime] ?? runtime)}</text>`
  );
  const bars = lines.map((line, index) => barsOf(line, runtimes, TOP + index * step, xOf));
  return [
    "<!-- deno-fmt-ignore-file -->",
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>CPU time of the server for an operation, as a multiple of the baseline's (1); less is better</title>`,
    `<style>${STYLE}</style>`,
    `<text x="0" y="17">CPU time for an operation; 1 is what it is compared with</text>`,
    ...key,
    ...axis,
    ...bars,
    "</svg>",
  ].join("\n");
}

function barsOf(
  { group, name, baseline = "", cells }: Line,
  runtimes: readonly string[],
  top: number,
  xOf: (ratio: number) => number,
): string {
  const bars = runtimes.map((runtime, index) => {
    const { ratio, spread: [low, high] = [0, 0] } = cells[runtime] ?? {};
    if (ratio === undefined) return "";
    const y = top + index * BAR;
    const middle = y + (BAR - 1) / 2;
    return `<rect x="${LEFT}" y="${y}" width="${round(xOf(ratio) - LEFT)}" height="${
      BAR - 1
    }" fill="${colorOf(runtime)}"/><line class="range" x1="${xOf(low)}" x2="${
      xOf(high)
    }" y1="${middle}" y2="${middle}"/>`;
  });
  const text = (label: string, line: number) =>
    `<text x="${LEFT - 8}" y="${top + 10 + line * 14}" text-anchor="end">${escaped(label)}</text>`;
  return [text(`${group}: ${name}`, 0), text(`against ${baseline}`, 1), ...bars].join("\n");
}

function colorOf(runtime: string): string {
  return COLORS[runtime] ?? "#808080";
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
