/**
 * Answers that are made once and sent often.
 *
 * @module
 */

import type { Answer, Reply, WholeBody } from "./answer.ts";
import { readReply } from "./read_reply.ts";
import { ReadyBytes } from "./ready_bytes.ts";

/** What a {@linkcode PreparedReply} is made of: a {@linkcode Reply} whose body is there. */
export interface PreparedReplyInit extends Reply {
  /** The body; bytes are not to be changed any more. Default: none. */
  readonly body?: WholeBody | undefined;
}

/**
 * A {@linkcode Reply} that is checked once, when it is made, and can be sent any number of times.
 *
 * @example
 * ```ts
 * import { httpConnection, PreparedReply } from "@incoming/net/http";
 * import { connectionPair } from "@incoming/net/memory";
 *
 * const page = new PreparedReply({ headers: { "Content-Type": "text/html" }, body: "<p>hello" });
 * const [client, server] = connectionPair();
 * const served = httpConnection(server, () => page);
 * await client.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: ferris\r\n\r\n"));
 * const answer = new TextDecoder().decode(await client.read() ?? undefined);
 * await client.close();
 * await served;
 * if (!answer.endsWith("<p>hello")) throw new Error(answer);
 * ```
 */
export class PreparedReply implements Reply {
  /** The status code. */
  readonly status: number;
  /** The reason phrase. */
  readonly statusText: string;
  /** The body. */
  readonly body: WholeBody;
  readonly #answer: Answer;

  /** The answer in `given`, when that is a prepared reply. */
  static answerOf(this: void, given: object): Answer | undefined {
    return #answer in given ? given.#answer : undefined;
  }

  /** Checks `reply`. Throws a TypeError or RangeError when it cannot be sent. */
  constructor(reply: PreparedReplyInit) {
    const answer = readReply(reply);
    this.status = answer.status;
    this.statusText = answer.reason;
    this.body = reply.body ?? null;
    this.#answer = { ...answer, ready: ReadyBytes.of(answer, this.body) };
  }
}
