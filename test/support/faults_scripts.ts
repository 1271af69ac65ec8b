/**
 * The handlers that are put under fire, and what a client of each sends and has to get.
 */

import { Store } from "../../examples/key_value.ts";
import { handleConnection as handleEcho } from "../../examples/echo.ts";
import { handleConnection as handleCommands } from "../../examples/key_value.ts";
import type { Reply } from "../../http/answer.ts";
import type { HttpInfo } from "../../http/exchange.ts";
import { httpConnection } from "../../http/http_connection.ts";
import { type Connection, pipe } from "../../mod.ts";
import { payload } from "../conformance/payload.ts";
import type { FakeTimers } from "./fake_timers.ts";
import { bytes, concat } from "./readers.ts";
import type { Seeded } from "./seeded.ts";

/** What a client sends, and what it gets when nothing goes wrong. */
export interface Exchange {
  readonly sent: Uint8Array;
  readonly answer: Uint8Array;
}

/** A handler, and what to say to it. */
export interface Script {
  /** What handles a connection. */
  readonly handle: (connection: Connection) => unknown;
  /** What one client says; `id` tells it from the others. */
  readonly exchange: (chance: Seeded, id: number) => Exchange;
  /** Whether a request that is cut short has no answer but what comes before. */
  readonly silent: boolean;
  /** Whether a connection that is answered is idle, so that it is closed when the server stops. */
  readonly idles?: boolean;
  /** What is behind the handler, for a proxy. */
  readonly behind?: (connection: Connection) => unknown;
}

/** What a script is made with. */
export interface ScriptInit {
  readonly timers: FakeTimers;
  /** Connects to what is behind a proxy. */
  readonly connectBehind: () => Promise<Connection>;
}

/** The scripts, by name. */
export const SCRIPTS: Readonly<Record<string, (init: ScriptInit) => Script>> = {
  echo: () => ({ handle: handleEcho, exchange: echoed, silent: true, idles: true }),

  // Whoever closes has sent everything, whether or not that was waited for.
  "hasty echo": () => ({ handle: handleHastily, exchange: echoed, silent: true }),

  proxy: ({ connectBehind }) => ({
    handle: async (client) => await pipe(client, await connectBehind()),
    exchange: echoed,
    silent: true,
    behind: handleEcho,
  }),

  "key-value": () => {
    const store = new Store();
    return {
      handle: (connection) => handleCommands(connection, store),
      exchange: commands,
      silent: false,
      idles: true,
    };
  },

  web: ({ timers }) => ({
    handle: (connection) => httpConnection(connection, reply, { timers }),
    exchange: request,
    silent: false,
  }),
};

/** An echo that waits for nothing when it has read all. */
export async function handleHastily(connection: Connection): Promise<void> {
  const chunks: Uint8Array[] = [];
  for (let chunk = await connection.read(); chunk; chunk = await connection.read()) {
    chunks.push(chunk);
  }
  for (const chunk of chunks) void connection.write(chunk);
}

function echoed(chance: Seeded): Exchange {
  const sent = payload(chance.pick([0, 1, 40, 600, 3_000]));
  return { sent, answer: sent };
}

/** Commands one after the other, without waiting for the answers; the keys are the client's own. */
function commands(chance: Seeded, id: number): Exchange {
  const sent: Uint8Array[] = [];
  const answer: Uint8Array[] = [];
  const values = new Map<string, string>();
  for (let count = chance.below(20); count > 0; count--) {
    const key = `key ${id} ${chance.below(3)}`;
    const value = values.get(key);
    const next = "äx\r\n".repeat(chance.below(10));
    const [words, reply] = chance.pick(
      [
        [["PING"], "+PONG\r\n"],
        [["ECHO", next], bulk(next)],
        [["GET", key], value === undefined ? "$-1\r\n" : bulk(value)],
        [["SET", key, next], "+OK\r\n"],
        [["DEL", key], `:${Number(value !== undefined)}\r\n`],
      ] as const,
    );
    if (words[0] === "SET") values.set(key, next);
    if (words[0] === "DEL") values.delete(key);
    sent.push(bytes(`*${words.length}\r\n${words.map(bulk).join("")}`));
    answer.push(bytes(reply));
  }
  return { sent: concat(sent), answer: concat(answer) };
}

function bulk(text: string): string {
  return `$${bytes(text).length}\r\n${text}\r\n`;
}

const PAGES: Readonly<Record<string, Uint8Array>> = {
  "/": bytes("<h1>hello</h1>".repeat(40)),
  "/sleep": bytes("<h1>slept</h1>".repeat(40)),
};
const NOT_FOUND = bytes("<h1>404</h1>");
/** Answers are told from each other byte by byte: so they have all one date. */
const DATE = "Sun, 22 Nov 2026 03:04:05 GMT";

function reply(_request: Request, { target }: HttpInfo): Reply {
  const page = PAGES[target];
  return {
    status: page === undefined ? 404 : 200,
    headers: { Date: DATE },
    body: page ?? NOT_FOUND,
  };
}

function request(chance: Seeded, id: number): Exchange {
  const path = chance.pick(["/", "/sleep", `/${id}`]);
  const page = PAGES[path];
  const body = page ?? NOT_FOUND;
  const fields = `Connection: close\r\nX: ${"x".repeat(chance.below(300))}`;
  const head = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n\r\n`;
  // Some go on sending while they are answered.
  const rest = "x".repeat(chance.pick([0, 0, 3_000]));
  const status = page === undefined ? "404 Not Found" : "200 OK";
  const answered = `HTTP/1.1 ${status}\r\nDate: ${DATE}\r\nContent-Length: ${body.length}\r\n`;
  return {
    sent: bytes(head + rest),
    answer: concat([bytes(`${answered}Connection: close\r\n\r\n`), body]),
  };
}
