/**
 * Lets the pages of other sites read the answers: the CORS protocol of the Fetch standard.
 *
 * @module
 */

import type { Reply } from "../http/answer.ts";
import { type Replies, withFields } from "./replies.ts";

/** How long a browser may keep the answer to its question, in seconds. */
const KEPT_SECONDS = 86_400;

/** Answers what a browser asks before it asks, and adds to every other answer that all may read it. */
export function withCors(replies: Replies): Replies {
  return (request, info) => {
    if (
      request.method === "OPTIONS" && info.header("origin") !== null &&
      info.header("access-control-request-method") !== null
    ) {
      return permission(info.header("access-control-request-headers"));
    }
    const reply = replies(request, info);
    return reply instanceof Promise ? reply.then(readableByAll) : readableByAll(reply);
  };
}

/** Nothing is sent along that could tell who asks: so everybody may be told everything. */
function readableByAll(reply: Reply): Reply {
  return withFields(reply, [
    ["Access-Control-Allow-Origin", "*"],
    ["Access-Control-Expose-Headers", "*"],
  ]);
}

function permission(asked: string | null): Reply {
  return {
    status: 204,
    headers: [
      ["Access-Control-Allow-Origin", "*"],
      ["Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"],
      // A star does not stand for Authorization.
      ["Access-Control-Allow-Headers", asked === null ? "*" : `${asked}`],
      ["Access-Control-Max-Age", `${KEPT_SECONDS}`],
      ["Vary", "Access-Control-Request-Headers"],
    ],
  };
}
