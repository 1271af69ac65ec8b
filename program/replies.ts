/**
 * What the parts of the server program answer with.
 *
 * @module
 */

import type { Reply } from "../http/answer.ts";
import type { HttpInfo } from "../http/exchange.ts";

/** A handler that answers with plain data. */
export type Replies = (request: Request, info: HttpInfo) => Reply | Promise<Reply>;

/** The reply with more fields. */
export function withFields(
  reply: Reply,
  fields: readonly (readonly [name: string, value: string])[],
): Reply {
  const { headers = [] } = reply;
  const own = Symbol.iterator in headers ? headers : Object.entries(headers);
  return { ...reply, headers: [...own, ...fields] };
}

/** A reply of one line of text, which nobody is to keep; `fields` are added to its own. */
export function textReply(
  status: number,
  text: string,
  fields: readonly (readonly [name: string, value: string])[] = [],
): Reply {
  return {
    status,
    headers: [
      ["Content-Type", "text/plain; charset=utf-8"],
      ["Cache-Control", "no-store"],
      ["X-Content-Type-Options", "nosniff"],
      ...fields,
    ],
    body: `${text}\n`,
  };
}

/** The path and the query of a target; of `*` and of a host alone there is none. */
export function splitTarget(target: string): { path: string; query: string } {
  const [, rest = ""] = /^(?:[a-z]+:\/\/[^/?]*)?(.*)$/i.exec(target) ?? [];
  const at = rest.indexOf("?");
  const path = at < 0 ? rest : rest.slice(0, at);
  return { path: path === "" ? "/" : path, query: at < 0 ? "" : rest.slice(at + 1) };
}
