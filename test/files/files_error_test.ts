import { assert, assertEquals } from "#assert";
import { changed, fileCodeOf, FilesError, rootError } from "../../files/files_error.ts";
import { test } from "../support/harness.ts";

function failure(code: string, message = "it is so"): Error {
  return Object.assign(new Error(message), { code });
}

test("FilesError has a code, and a cause only when there is one", () => {
  const error = new FilesError("Cannot a: b", "EIO");
  assert(error instanceof Error);
  assertEquals([error.name, error.code, error.message, "cause" in error], [
    "FilesError",
    "EIO",
    "Cannot a: b",
    false,
  ]);
  assertEquals(new FilesError("m", "EIO", 1).cause, 1);
});

test("fileCodeOf() finds the code of an error, and Deno's refusal", () => {
  assertEquals(fileCodeOf(failure("EMFILE")), "EMFILE");
  const refused = new Error("Requires read access");
  refused.name = "NotCapable";
  assertEquals(fileCodeOf(refused), "ENOTCAPABLE");
  assertEquals([fileCodeOf(new Error("x")), fileCodeOf("x"), fileCodeOf(null)], ["", "", ""]);
  assertEquals(fileCodeOf(Object.assign(new Error("x"), { code: 1 })), "");
});

test("rootError() says why in words, and keeps code and cause", () => {
  const cause = failure("EACCES");
  const error = rootError('"x"', cause);
  assertEquals([error.message, error.code, error.cause === cause], [
    'Cannot serve the files of "x": permission denied',
    "EACCES",
    true,
  ]);
  for (const [code, reason] of [["ELOOP", "lead in a circle"], ["ENAMETOOLONG", "is too long"]]) {
    assert(rootError('"x"', failure(code ?? "")).message.endsWith(reason ?? "?"), code);
  }
  assertEquals(rootError('"x"', failure("EIO")).message, 'Cannot serve the files of "x": it is so');
  assertEquals(rootError('"x"', 1).message, 'Cannot serve the files of "x": it failed');
});

test("changed() says how", () => {
  const { code, message } = changed("it is so");
  assertEquals([code, message], [
    "ECHANGED",
    "Cannot send the file: it is so meanwhile (ECHANGED)",
  ]);
});
