import { assertEquals } from "#assert";
import { type LinePlace, LineScanner } from "../../http/line_scanner.ts";
import { test } from "../support/harness.ts";
import { bytes } from "./mock_connection.ts";

test("LineScanner tells of the line when its version is there, and is done at the CR", () => {
  const all = bytes("junk\r\nGET /a HTTP/1.0\r\n");
  for (const step of [1, 5, 100]) {
    const [scanner, told]: [LineScanner, LinePlace[]] = [new LineScanner(100), []];
    const reader = {
      lineAt: (_bytes: Uint8Array, base: number, place: LinePlace) => {
        assertEquals([base, scanner.done], [4, false]);
        told.push({ ...place });
      },
    };
    assertEquals(scanner.untouched, true);
    let at = 4;
    for (let stop = 4 + step; !scanner.done; stop += step) {
      at = scanner.scan(reader, all, 4, at, Math.min(stop, all.length));
    }
    assertEquals(at, all.length - 1);
    assertEquals(told, [{ start: 2, methodEnd: 5, targetEnd: 8, version: 10 }]);
    scanner.reset();
    assertEquals([scanner.untouched, scanner.done], [true, false]);
  }
});
