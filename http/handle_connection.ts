/**
 * The chapter's web server: one request, one answer.
 *
 * `GET /` is answered with the hello page, `GET /sleep` with the same after a pause, and everything
 * else with the page that says 404. HEAD is answered as GET, without the page. It is HTTP/1.1 as far
 * as that needs: no bodies, one request a connection.
 *
 * @module
 */

import type { Reader, Writer } from "../core/connection.ts";
import { networkError } from "../core/errors.ts";
import { systemTimers, type Timers } from "../core/timers.ts";
import { withDeadline } from "./deadline.ts";
import { pause } from "./pause.ts";
import { REASON_PHRASES, Refusal } from "./refusal.ts";
import { readHead, type RequestHead } from "./request_head.ts";
import { encodeResponse } from "./response.ts";

/** How long `/sleep` takes, in milliseconds. */
export const SLEEP_MS = 5_000;
/** How long the head of the request may take, in milliseconds; then the answer is 408. */
export const HEAD_MS = 15_000;
/** How long the client may take to accept the answer, in milliseconds. */
export const SEND_MS = 30_000;

/** The pages, as bytes of HTML in UTF-8. */
export interface Site {
  /** What `/` and `/sleep` show. */
  readonly hello: Uint8Array;
  /** What every other address shows. */
  readonly notFound: Uint8Array;
}

/** How a connection is handled. */
export interface HandleOptions {
  /** What `/sleep` waits for; it must settle when `signal` aborts. Default: {@linkcode SLEEP_MS}. */
  readonly sleep?: ((signal: AbortSignal) => Promise<void>) | undefined;
  /** Aborts when nobody waits for the answer any more: it ends the sleep. Default: never. */
  readonly signal?: AbortSignal | undefined;
  /** The clock. Default: the platform's. */
  readonly timers?: Timers | undefined;
}

const HTML = "text/html; charset=utf-8";
const TEXT = "text/plain; charset=utf-8";

/**
 * Reads the head of one request and writes the answer; resolves when the system has taken all of it,
 * or when there is nothing to answer. It does not close: whoever took the connection does.
 *
 * What is no request is answered too (400, 408, 414, 431, 505). Rejects when the connection breaks,
 * when the client does not take the answer ({@linkcode SEND_MS}, code `ETIMEDOUT`), and with the
 * reason of `signal` when that ends the sleep.
 */
export async function handleConnection(
  connection: Reader & Writer,
  site: Site,
  options: HandleOptions = {},
): Promise<void> {
  const { timers = systemTimers } = options;
  const response = await answer(connection, site, options, timers);
  if (response === null) return;
  const stalled = () => networkError("send the answer", "ETIMEDOUT");
  await withDeadline(connection.write(response), SEND_MS, stalled, timers);
}

/** The answer to the request that is read; `null` when none comes. */
async function answer(
  reader: Reader,
  site: Site,
  options: HandleOptions,
  timers: Timers,
): Promise<Uint8Array | null> {
  try {
    const late = () => new Refusal(408, `the head has not come within ${HEAD_MS / 1000} s`);
    const head = await withDeadline(readHead(reader), HEAD_MS, late, timers);
    return head && await page(head, site, options, timers);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const status = `${error.status} ${REASON_PHRASES[error.status]}`;
    const body = new TextEncoder().encode(`${status}: ${error.message}\n`);
    return encodeResponse({ status, type: TEXT, body });
  }
}

async function page(
  { method, path }: RequestHead,
  site: Site,
  { sleep, signal = new AbortController().signal }: HandleOptions,
  timers: Timers,
): Promise<Uint8Array> {
  const headOnly = method === "HEAD";
  const served = headOnly || method === "GET";
  if (served && path === "/sleep") {
    await (sleep === undefined ? pause(SLEEP_MS, signal, timers) : sleep(signal));
  } else if (!served || path !== "/") {
    return encodeResponse({ status: "404 Not Found", type: HTML, body: site.notFound, headOnly });
  }
  return encodeResponse({ status: "200 OK", type: HTML, body: site.hello, headOnly });
}
