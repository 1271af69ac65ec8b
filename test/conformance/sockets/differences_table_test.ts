import { assert, assertEquals } from "#assert";
import { test } from "../../support/harness.ts";
import { textOf } from "../../support/markdown.ts";
import { differencesTable, nodeNetTable } from "./differences_table.ts";

/** What README.md says between the markers `<!-- name -->` and `<!-- /name -->`. */
function told(readme: string, name: string): string | undefined {
  const marked = new RegExp(`<!-- ${name} -->\\n\\n([^]*?)\\n<!-- /${name} -->`).exec(readme);
  return marked?.[1];
}

const README = textOf("README.md");

for (const [name, table] of [["differences", differencesTable()], ["node-net", nodeNetTable()]]) {
  test(`README.md tells the ${name} that the conformance cases assert, and no other`, () => {
    const text = told(README, name ?? "") ?? table;
    assertEquals(text, table);
  });
}

test("differencesTable() tells what differs, and nothing that does not", () => {
  const rows = differencesTable().trimEnd().split("\n").map((row) =>
    row.split("|").slice(1, -1).map((cell) => cell.trim())
  );
  assertEquals(rows[0], ["", "Node", "Deno", "Bun"]);
  const byName = new Map(rows.slice(2).map(([name, ...cells]) => [name, cells]));
  assertEquals(byName.get("`backlog`"), ["Yes.", "Yes.", "Refused."]);
  assertEquals(byName.get("`path`"), undefined);
  assert(rows.every((row) => row.length === 4));
});
