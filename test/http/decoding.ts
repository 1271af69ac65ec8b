/** Limits and inputs for what reads bodies. */

import {
  type HttpLimits,
  type ResolvedLimits,
  resolveHttpOptions,
} from "../../http/http_options.ts";
import { Input } from "../../http/input.ts";
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
