/**
 * One representation of a file, and what is said of it.
 *
 * @module
 */

import type { Coding } from "./accepted_codings.ts";
import type { Validators } from "./conditions.ts";
import type { Field, FileReply } from "./file_reply.ts";
import { type FileVersion, validatorsOf } from "./file_version.ts";
import { KeptReply } from "./kept_reply.ts";
import { mediaTypeOf } from "./media_types.ts";

/** What a {@linkcode Content} is made of. */
export interface ContentInit {
  /** The name of the file, without that of the coding. */
  readonly name: string;
  /** The version of what is sent: the file, or its compressed neighbour. */
  readonly version: FileVersion;
  /** When that was looked at, in milliseconds since 1970. */
  readonly at: number;
  /** How it is compressed. */
  readonly coding: Coding | null;
  /** The Cache-Control. */
  readonly cacheControl: string;
  /** The bytes, when they are held. */
  readonly bytes: Uint8Array<ArrayBuffer> | null;
  /** What `digestOf` says of these. */
  readonly digest: string | null;
}

/** A file as it can be sent, at one time. */
export class Content implements Validators {
  readonly version: FileVersion;
  readonly etag: string;
  readonly modified: string | undefined;
  readonly size: number;
  readonly bytes: Uint8Array<ArrayBuffer> | null;
  /** The fields that a whole answer and a part have in common. */
  readonly fields: readonly Field[];
  /** The answer to HEAD. */
  readonly head: FileReply;
  /** The answer to a GET without conditions, when the bytes are held. */
  readonly whole: FileReply | null;
  /** The answer to who has it already: RFC 9110, section 15.4.5. */
  readonly unmodified: FileReply;

  constructor({ name, version, at, coding, cacheControl, bytes, digest }: ContentInit) {
    const { etag, modified } = validatorsOf(version, coding?.name ?? null, at, digest);
    this.version = version;
    this.etag = etag;
    this.modified = modified;
    this.size = Number(version.size);
    this.bytes = bytes;
    const caching: readonly Field[] = [
      ["ETag", etag],
      ["Cache-Control", cacheControl],
      // Whether there are neighbours today or not: there may be some tomorrow.
      ["Vary", "Accept-Encoding"],
    ];
    this.fields = [
      ["Content-Type", mediaTypeOf(name)],
      ...fieldsIf("Content-Encoding", coding?.name),
      ...fieldsIf("Last-Modified", modified),
      ...caching,
      ["Accept-Ranges", "bytes"],
      ["X-Content-Type-Options", "nosniff"],
    ];
    const headers = [...this.fields, ["Content-Length", String(this.size)] as const];
    const [head, unmodified] = [
      { status: 200, headers, body: null },
      { status: 304, headers: caching, body: null },
    ];
    // What is not held is made anew for each answer: then there is no use in preparing it.
    this.head = bytes === null ? head : new KeptReply(head);
    this.whole = bytes === null ? null : new KeptReply({ ...head, body: bytes });
    this.unmodified = bytes === null ? unmodified : new KeptReply(unmodified);
  }
}

function fieldsIf(name: string, value: string | undefined): readonly Field[] {
  return value === undefined ? [] : [[name, value]];
}
