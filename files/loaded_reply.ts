/**
 * Sees to the open file of an answer.
 *
 * @module
 */

import type { BodyOf } from "./content_reply.ts";
import { FileBody } from "./file_body.ts";
import type { FileReply } from "./file_reply.ts";
import type { Loaded } from "./load.ts";

/**
 * The answer that `make` makes of what was loaded. When that does not take the open file for its body,
 * the file is closed; else the body closes it. `onFailure` is told when the body fails.
 */
export async function replyAndClose(
  { content, file }: Loaded,
  make: (bodyOf: BodyOf) => FileReply,
  onFailure: (error: unknown) => void,
): Promise<FileReply> {
  if (file === null) return make(heldBody(content.bytes));
  let taken = false;
  try {
    return make((part) => {
      taken = true;
      return new FileBody(file, part, onFailure);
    });
  } finally {
    if (!taken) await file.handle.close();
  }
}

/** Parts of bytes that are held. */
export function heldBody(bytes: Uint8Array<ArrayBuffer> | null): BodyOf {
  return ({ start, length }) => bytes?.subarray(start, start + length) ?? null;
}
