import { assertEquals } from "#assert";
import { LIMITS } from "../../http/http_limits.ts";
import { test } from "../support/harness.ts";
import { textOf } from "../support/markdown.ts";

test("LIMITS are what docs/http.md says", () => {
  const rows = textOf("docs/http.md").matchAll(/^\| `(\w+)` +\| ([0-9,]+) ?(KiB|MiB|B\/s)? /gm);
  const told: Record<string, number> = {};
  for (const [, name = "", digits = "", unit = ""] of rows) {
    const factor = { KiB: 1 << 10, MiB: 1 << 20 }[unit] ?? 1;
    if (name in LIMITS) told[name] = Number(digits.replace(",", "")) * factor;
  }
  assertEquals(told, { ...LIMITS });
});
