/** A request without any of the fields that files look at. */

import type { AskedFields } from "../../files/asked.ts";

/** None of them. */
export const NONE: AskedFields = {
  acceptEncoding: undefined,
  ifMatch: undefined,
  ifNoneMatch: undefined,
  ifModifiedSince: undefined,
  ifUnmodifiedSince: undefined,
  ifRange: undefined,
  range: undefined,
};
