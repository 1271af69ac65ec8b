/**
 * What HTTP asks of the platform before the first request.
 *
 * @module
 */

import { adoptLazyRequests } from "./adopted_requests.ts";
import { adoptResponses } from "./adopted_responses.ts";
import { inheritLater } from "./lazy_request.ts";

/** Makes lazy requests what they are; with `globals`, everybody's `Request`, `fetch` and `Response` know of it. */
export function adopt(globals: boolean): void {
  inheritLater();
  if (!globals) return;
  adoptLazyRequests();
  adoptResponses();
}
