/** One request to a part of the program, over HTTP in memory. */

import type { HttpOptions } from "../../http/http_options.ts";
import type { Replies } from "../../program/replies.ts";
import { get, Talk } from "../http/talk.ts";

/** The whole answer, without its Date. */
export async function answerTo(
  replies: Replies,
  request: string,
  options?: HttpOptions,
): Promise<string> {
  const talk = new Talk(replies, options);
  await talk.send(request);
  const answer = await talk.end();
  await talk.served;
  return answer;
}

/** The status of the answer to GET `path`, and its body. */
export async function bodyOf(replies: Replies, path: string): Promise<[string, string]> {
  const answer = await answerTo(replies, get(path, "Connection: close\r\n"));
  const [head = "", ...body] = answer.split("\r\n\r\n");
  return [head.split(" ")[1] ?? "", body.join("\r\n\r\n")];
}
