import { assert, assertEquals } from "#assert";
import { FLAGS, HELP } from "../../program/flags.ts";
import { test } from "../support/harness.ts";
import { textOf } from "../support/markdown.ts";

test("HELP fits a screen of 24 lines of 80 columns, with the prompt that follows it", () => {
  const lines = HELP.split("\n");
  assert(lines.length <= 23, `it has ${lines.length} lines`);
  assertEquals(lines.filter((line) => line.length > 79), []);
});

test("HELP lists every flag, with what it takes", () => {
  const listed = [...HELP.matchAll(/^ {2}--([a-z]+)(?: ([A-Z]+))? {2,}\S/gm)];
  assertEquals(
    listed.map(([, name, value]) => [name, value]),
    Object.entries(FLAGS).map(([name, { value }]) => [name, value]),
  );
});

test("docs/program.md has a table of the flags, with what each takes", () => {
  const rows = [...textOf("docs/program.md").matchAll(/^\| `--([a-z]+)(?: ([A-Z]+))?` *\|/gm)];
  assertEquals(
    rows.map(([, name, value]) => [name, value]),
    Object.entries(FLAGS).map(([name, { value }]) => [name, value]),
  );
});

test("docs/program.md and HELP have the same defaults", () => {
  const page = textOf("docs/program.md");
  const defaults = [...HELP.matchAll(/^ {2}--([a-z]+).*\(default:? ([\w.]+)/gm)];
  assert(defaults.length >= 6);
  for (const [, name, value] of defaults) {
    const row = new RegExp(`^\\| \`--${name}[ \`].*$`, "m").exec(page)?.[0] ?? "";
    assert(row.includes(`\`${value}\``), `--${name}: ${value}: ${row}`);
  }
});
