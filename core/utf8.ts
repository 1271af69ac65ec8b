/**
 * Text out of bytes.
 *
 * @module
 */

import { NetworkError } from "./errors.ts";

/** The decoders, by whether they refuse what is no UTF-8; made when they are first needed. */
const decoders = new Map<boolean, TextDecoder>();

/**
 * The text of `bytes`. What is no UTF-8 is refused (`EILSEQ`), or with `fatal: false` replaced by
 * U+FFFD. A byte order mark is a character like others: it is kept.
 */
export function decodeUtf8(verb: string, bytes: Uint8Array, fatal: boolean): string {
  let decoder = decoders.get(fatal);
  if (decoder === undefined) {
    decoder = new TextDecoder("utf-8", { fatal, ignoreBOM: true });
    decoders.set(fatal, decoder);
  }
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    const message = `Cannot ${verb}: its ${bytes.length} bytes are not UTF-8 (EILSEQ)`;
    throw new NetworkError(message, { code: "EILSEQ", cause });
  }
}
