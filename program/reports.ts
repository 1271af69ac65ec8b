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
  /** A part of the site has failed. */
  readonly onError: (error: unknown) => void;
  /** A request could not be answered. */
  readonly onRequestError: (error: unknown, request: Request) => void;
}

/** Says each failure once, in one line. */
export function reporter(complain: (line: string) => void): Reporter {
  return {
    onError: (error) => complain(oneLine(error)),
    onRequestError: (error, { method, url }) => {
      // Those of files are told by files.
      if (error instanceof FilesError) return;
      complain(`Cannot answer ${method} ${splitTarget(url).path}: ${oneLine(error)}`);
    },
  };
}
