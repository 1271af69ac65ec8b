import { assertEquals } from "#assert";
import type { AskedFields } from "../../files/asked.ts";
import { evaluate, isRangeCurrent } from "../../files/conditions.ts";
import { test } from "../support/harness.ts";
import { NONE } from "./none_asked.ts";

const AT = "Tue, 14 Nov 2023 22:13:20 GMT";
const BEFORE = "Tue, 14 Nov 2023 22:13:19 GMT";
const AFTER = "Tue, 14 Nov 2023 22:13:21 GMT";
const CURRENT = { etag: '"a,b"', modified: AT };

function evaluated(fields: Partial<AskedFields>, current = CURRENT): number {
  return evaluate({ ...NONE, ...fields }, current);
}

test("evaluate() compares If-None-Match weakly, in lists too", () => {
  const hits = ['"a,b"', 'W/"a,b"', "*", '"x", "a,b"', '"x","a,b" ,"y"', ',, W/"x" ,W/"a,b"'];
  for (const ifNoneMatch of hits) {
    assertEquals([ifNoneMatch, evaluated({ ifNoneMatch })], [ifNoneMatch, 304]);
  }
  const misses = [
    '"x"',
    '"a',
    'a,b"',
    "a,b",
    '"a","b"',
    'w/"a,b"',
    "",
    '"x" "a,b"',
    '*, "x"',
    "**",
  ];
  for (const ifNoneMatch of misses) {
    assertEquals([ifNoneMatch, evaluated({ ifNoneMatch })], [ifNoneMatch, 200]);
  }
  const weak = { etag: 'W/"a"', modified: AT };
  assertEquals(
    [evaluated({ ifNoneMatch: '"a"' }, weak), evaluated({ ifNoneMatch: 'W/"a"' }, weak)],
    [304, 304],
  );
});

test("evaluate() compares If-Match strongly", () => {
  for (const ifMatch of ['"a,b"', "*", '"x", "a,b"']) assertEquals(evaluated({ ifMatch }), 200);
  for (const ifMatch of ['"x"', 'W/"a,b"', "", "a,b"]) assertEquals(evaluated({ ifMatch }), 412);
  assertEquals(evaluated({ ifMatch: '"a"' }, { etag: 'W/"a"', modified: AT }), 412);
});

test("evaluate() compares dates by the second, and ignores what is no date", () => {
  const since = [[BEFORE, 200], [AT, 304], [AFTER, 304], ["yesterday", 200], ["", 200]] as const;
  for (const [ifModifiedSince, status] of since) {
    assertEquals(evaluated({ ifModifiedSince }), status);
  }
  const until = [[BEFORE, 412], [AT, 200], [AFTER, 200], ["yesterday", 200]] as const;
  for (const [ifUnmodifiedSince, status] of until) {
    assertEquals(evaluated({ ifUnmodifiedSince }), status);
  }
  const unknown = { etag: '"a"', modified: undefined };
  assertEquals(evaluate({ ...NONE, ifModifiedSince: AFTER }, unknown), 200);
  assertEquals(evaluate({ ...NONE, ifUnmodifiedSince: BEFORE }, unknown), 200);
  assertEquals(evaluated({ ifModifiedSince: "Tuesday, 14-Nov-23 22:13:20 GMT" }), 304);
});

test("evaluate() follows the order of RFC 9110: tags before dates, matches before none", () => {
  assertEquals(evaluated({ ifNoneMatch: '"x"', ifModifiedSince: AFTER }), 200);
  assertEquals(evaluated({ ifNoneMatch: '"a,b"', ifModifiedSince: BEFORE }), 304);
  assertEquals(evaluated({ ifMatch: '"a,b"', ifUnmodifiedSince: BEFORE }), 200);
  assertEquals(evaluated({ ifMatch: '"x"', ifNoneMatch: '"a,b"' }), 412);
  assertEquals(evaluated({ ifMatch: '"a,b"', ifNoneMatch: '"a,b"' }), 304);
  assertEquals(evaluated({ ifUnmodifiedSince: AT, ifModifiedSince: AT }), 304);
  assertEquals(evaluated({}), 200);
});

test("isRangeCurrent() wants the same strong tag, or the very date", () => {
  assertEquals(isRangeCurrent(undefined, CURRENT), true);
  assertEquals([isRangeCurrent('"a,b"', CURRENT), isRangeCurrent(AT, CURRENT)], [true, true]);
  for (
    const other of ['W/"a,b"', '"x"', "*", BEFORE, AFTER, "", "Tuesday, 14-Nov-23 22:13:20 GMT"]
  ) {
    assertEquals([other, isRangeCurrent(other, CURRENT)], [other, false]);
  }
  const weak = { etag: 'W/"a"', modified: undefined };
  assertEquals([isRangeCurrent('W/"a"', weak), isRangeCurrent('"a"', weak)], [false, false]);
});
