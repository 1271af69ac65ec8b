import { assertEquals } from "#assert";
import { FilesError } from "../../files/files_error.ts";
import { reporter } from "../../program/reports.ts";
import { test } from "../support/harness.ts";

test("reporter() says each failure once, in one line", () => {
  const lines: string[] = [];
  const { onError, onRequestError } = reporter((line) => lines.push(line));
  const request = new Request("http://localhost/a?secret", { method: "PUT" });
  onRequestError(new Error("a fault\nof two lines"), request);
  const changed = new FilesError("Cannot send the file: it has changed", "ECHANGED");
  onError(changed, request);
  onError(new Error("EACCES: it is closed"), request);
  onRequestError(changed, request);
  assertEquals(lines, [
    "Cannot answer PUT /a: a fault of two lines",
    "Cannot answer PUT /a: it has changed",
    "Cannot answer PUT /a: EACCES: it is closed",
  ]);
});
