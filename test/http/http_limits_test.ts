import { assertEquals } from "#assert";
import { LIMITS } from "../../http/http_limits.ts";
import { test } from "../support/harness.ts";
import { textOf } from "../support/markdown.ts";

const SIZE = "([0-9,]+) ?(KiB|MiB|B\\/s)?";

/** What is told of each limit, by rows of its name, digits and unit. */
function toldBy(rows: Iterable<readonly string[]>): Record<string, number> {
  const told: Record<string, number> = {};
  for (const [, name = "", digits = "", unit = ""] of rows) {
    const factor = { KiB: 1 << 10, MiB: 1 << 20 }[unit] ?? 1;
    if (name in LIMITS) told[name] = Number(digits.replace(",", "")) * factor;
  }
  return told;
}

test("LIMITS are what docs/http.md says", () => {
  const rows = textOf("docs/http.md").matchAll(new RegExp(`^\\| \`(\\w+)\` +\\| ${SIZE} `, "gm"));
  assertEquals(toldBy(rows), { ...LIMITS });
});

test("LIMITS are what HttpLimits says of each", () => {
  const comment = new RegExp(`Default ${SIZE}\\. \\*/\\n +readonly (\\w+)\\?: number`, "g");
  const found = textOf("http/http_limits.ts").matchAll(comment);
  const rows = [...found].map((
    [all, digits = "", unit = "", name = ""],
  ) => [all, name, digits, unit]);
  assertEquals(toldBy(rows), { ...LIMITS });
});
