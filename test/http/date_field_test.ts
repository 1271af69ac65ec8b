import { assertEquals, assertMatch } from "#assert";
import { dateLine } from "../../http/date_field.ts";
import { test } from "../support/harness.ts";

test("dateLine() is the whole field for now, as RFC 9110 wants it", () => {
  const line = dateLine();
  assertMatch(
    line,
    /^Date: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\r\n$/,
  );
  const away = Date.now() - Date.parse(line.slice(6).trim());
  assertEquals(away >= 0 && away < 3000, true);
});
