/**
 * Answers as bytes, made once a second.
 *
 * @module
 */

import type { Answer, ReadyAnswer, WholeBody } from "./answer.ts";
import { headBefore } from "./answer_writer.ts";
import { latin1Into } from "./characters.ts";
import { dateLine } from "./date_field.ts";
import { GATHERED_BYTES } from "./output.ts";

const encoder = new TextEncoder();

/** The bytes of an answer that is sent often: its head is the same for a second, its body for ever. */
export class ReadyBytes implements ReadyAnswer {
  readonly bodySize: number;
  readonly #answer: Answer;
  readonly #body: Uint8Array;
  /** The Date that is in them. */
  #date = "";
  #bytes: Uint8Array | undefined;

  /** Those of `answer`; `undefined` when its body is too large for being copied each time. */
  static of(answer: Answer, body: WholeBody): ReadyBytes | undefined {
    if (body !== null && body.length > GATHERED_BYTES) return undefined;
    return new ReadyBytes(answer, typeof body === "string" ? encoder.encode(body) : body);
  }

  private constructor(answer: Answer, body: Uint8Array | null) {
    this.#answer = answer;
    this.#body = body ?? new Uint8Array(0);
    this.bodySize = this.#body.length;
  }

  /** See {@linkcode ReadyAnswer.bytes}. */
  bytes(): Uint8Array | undefined {
    const date = dateLine();
    if (date !== this.#date) {
      this.#date = date;
      this.#bytes = this.#make();
    }
    return this.#bytes;
  }

  #make(): Uint8Array | undefined {
    const head = headBefore(this.#answer, this.bodySize);
    const size = head.length + this.bodySize;
    if (size > GATHERED_BYTES) return undefined;
    const bytes = new Uint8Array(size);
    bytes.set(this.#body, latin1Into(head, bytes, 0));
    return bytes;
  }
}
