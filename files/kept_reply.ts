/**
 * An answer that is kept.
 *
 * @module
 */

import { PreparedReply } from "../http/prepared_reply.ts";
import type { Field, FileReply } from "./file_reply.ts";

/** What a {@linkcode KeptReply} is made of. */
export interface KeptReplyInit {
  readonly status: number;
  readonly headers: readonly Field[];
  readonly body: Uint8Array<ArrayBuffer> | null;
}

/** A {@linkcode FileReply} that `serveHttp` checks when it is made, and not each time that it is sent. */
export class KeptReply extends PreparedReply implements FileReply {
  readonly headers: readonly Field[];
  override readonly body: Uint8Array<ArrayBuffer> | null;

  /** Throws a TypeError when it cannot be sent. */
  constructor(init: KeptReplyInit) {
    super(init);
    this.headers = init.headers;
    this.body = init.body;
  }
}
