import { assertEquals } from "#assert";
import { statusOfFailure } from "../../files/failure_status.ts";
import { test } from "../support/harness.ts";

test("statusOfFailure() tells what is not there from what is forbidden, passing, or broken", () => {
  const cases: Record<string, string> = {
    404: "ENOENT ENOTDIR EISDIR ELOOP ENAMETOOLONG EINVAL EILSEQ ENXIO ENODEV",
    403: "EACCES EPERM ENOTCAPABLE",
    503: "EMFILE ENFILE ENOMEM EAGAIN EBUSY ECHANGED",
    500: "EIO ESTALE WHATEVER",
  };
  for (const [status, codes] of Object.entries(cases)) {
    for (const code of codes.split(" ")) {
      const error = Object.assign(new Error("x"), { code });
      assertEquals([code, statusOfFailure(error)], [code, Number(status)]);
    }
  }
  assertEquals([statusOfFailure(null), statusOfFailure(new TypeError("x"))], [500, 500]);
});
