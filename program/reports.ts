/**
 * Says what fails while requests are answered.
 *
 * @module
 */

import { FilesError } from "../files/files_error.ts";
import { oneLine } from "./failures.ts";
import { splitTarget } from "./replies.ts";

/** Who is told of failures. */
export interface Reporter {
  /** A file could not be sent, or not as a whole. */
  readonly onError: (error: unknown, request: Request) => void;
  /** A request could not be answered. */
  readonly onRequestError: (error: unknown, request: Request) => void;
}

/** Says each failure once, in one line, with what was asked for. */
export function reporter(complain: (line: string) => void): Reporter {
  const onError: Reporter["onError"] = (error, { method, url }) => {
    const why = oneLine(error).replace(/^Cannot send the file: /, "");
    complain(`Cannot answer ${method} ${splitTarget(url).path}: ${why}`);
  };
  return {
    onError,
    onRequestError: (error, request) => {
      // Those of files are told by files.
      if (!(error instanceof FilesError)) onError(error, request);
    },
  };
}
