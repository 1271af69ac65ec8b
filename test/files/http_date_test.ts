import { assertEquals } from "#assert";
import { parseHttpDate } from "../../files/http_date.ts";
import { test } from "../support/harness.ts";

const EXAMPLE = 784_111_777_000;

test("parseHttpDate() reads the three forms of RFC 9110", () => {
  assertEquals(parseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT"), EXAMPLE);
  assertEquals(parseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT"), EXAMPLE);
  assertEquals(parseHttpDate("Sun Nov  6 08:49:37 1994"), EXAMPLE);
  assertEquals(parseHttpDate("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
  assertEquals(parseHttpDate("Thu, 29 Feb 2024 00:00:00 GMT"), Date.UTC(2024, 1, 29));
  assertEquals(parseHttpDate("Sat, 31 Dec 2016 23:59:60 GMT"), Date.UTC(2016, 11, 31, 23, 59, 59));
});

test("parseHttpDate() takes two digits for a year that is at most 50 years ahead", () => {
  const now = new Date().getUTCFullYear();
  for (const ahead of [0, 1, 49, 50, 51, 99]) {
    const year = ahead > 50 ? now + ahead - 100 : now + ahead;
    const digits = String(year % 100).padStart(2, "0");
    const text = `Monday, 02-Mar-${digits} 01:02:03 GMT`;
    assertEquals(new Date(parseHttpDate(text)).toISOString(), `${year}-03-02T01:02:03.000Z`);
  }
});

test("parseHttpDate() knows what is no date", () => {
  const texts = [
    "",
    "0",
    "now",
    "2024-01-01T00:00:00Z",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 06 Nov 1994 24:49:37 GMT",
    "Sun, 06 Nov 1994 08:60:37 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT",
    "Sun, 31 Feb 1994 08:49:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT",
    "Sun, 06 Foo 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 GMT ",
    "Sun, 06 Nov 1994 08:49:37 GMT, x",
  ];
  for (const text of texts) assertEquals([text, Number.isNaN(parseHttpDate(text))], [text, true]);
});
