/** Limits and inputs for what reads bodies. */

import type { HttpLimits, ResolvedLimits } from "../../http/http_limits.ts";
import { resolveHttpOptions } from "../../http/http_options.ts";
import { HeadScanner } from "../../http/head_scanner.ts";
import { Input } from "../../http/input.ts";
import { Message } from "../../http/message.ts";
import { ChunkReader } from "../support/readers.ts";
import { bytes } from "./mock_connection.ts";

/** Every limit. */
export function limitsOf(limits: HttpLimits = {}): ResolvedLimits {
  return resolveHttpOptions("test", { limits }).limits;
}

/** `text` in pieces of `step` bytes. */
export function inputOf(text: string, step: number): Input {
  const all = bytes(text);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < all.length; at += step) chunks.push(all.subarray(at, at + step));
  return new Input(new ChunkReader(chunks));
}

/** The message of a whole head. */
export function messageOf(head: string, limits: ResolvedLimits = limitsOf()): Message {
  const all = bytes(head);
  const [scanner, message] = [new HeadScanner(limits), new Message()];
  if (!scanner.scan(message, all, 0, all.length)) throw new Error("the head is incomplete");
  message.end(all, 0, scanner.size);
  return message;
}
