/**
 * Why a request is refused.
 *
 * @module
 */

/** The status that answers a request which cannot be served, with its name in RFC 9110. */
export const REASON_PHRASES = {
  400: "Bad Request",
  408: "Request Timeout",
  413: "Content Too Large",
  414: "URI Too Long",
  417: "Expectation Failed",
  431: "Request Header Fields Too Large",
  501: "Not Implemented",
  505: "HTTP Version Not Supported",
} as const;

/** A status by which a request is refused. */
export type RefusalStatus = keyof typeof REASON_PHRASES;

/** A request that is answered with an error, and then closed: the client's fault, not the server's. */
export class Refusal extends Error {
  /** What the client is answered. */
  readonly status: RefusalStatus;

  /** `reason` says what is wrong; the client reads it. */
  constructor(status: RefusalStatus, reason: string) {
    super(reason);
    this.name = "Refusal";
    this.status = status;
  }
}

/** Throws a {@linkcode Refusal} (400) with `reason`, unless it holds. */
export function expect(holds: boolean, reason: string): void {
  if (!holds) throw new Refusal(400, reason);
}
