/** Clients that are not of this library. */

import { runtime } from "../support/harness.ts";

/** What came back. */
export interface ClientAnswer {
  readonly status: number;
  readonly bytes: Uint8Array;
}

/** A client of one server. */
export interface Client {
  ask(method: string, path: string, body?: Uint8Array<ArrayBuffer>): Promise<ClientAnswer>;
  /** Lets go of its connections. */
  close(): Promise<void>;
}

/** What is used of undici, whose own types need the libraries of a browser. */
interface Undici {
  readonly Pool: new (base: string, options: { connections: number; pipelining: number }) => {
    request(options: {
      method: string;
      path: string;
      body: Uint8Array | null;
      idempotent: boolean;
      blocking: boolean;
    }): Promise<{
      readonly statusCode: number;
      readonly body: { arrayBuffer(): Promise<ArrayBuffer> };
    }>;
    close(): Promise<void>;
  };
}

// Not a literal: see Undici.
const UNDICI: string = "undici";
// Node's: Bun has a module of its own under this name, and on Deno its timers outlive the test.
const { Pool } = runtime !== "node" ? {} : await import(UNDICI) as Partial<Undici>;

/** How to make each of them, by its name. */
export const clients: Record<string, (base: string) => Client> = {
  fetch: (base) => ({
    ask: async (method, path, body) => {
      const answer = await fetch(base + path, { method, ...(body && { body }) });
      return { status: answer.status, bytes: new Uint8Array(await answer.arrayBuffer()) };
    },
    close: () => Promise.resolve(),
  }),
  ...(Pool && {
    undici: (base) => poolClient(new Pool(base, { connections: 1, pipelining: 1 })),
    "undici, eight in a row,": (base) =>
      poolClient(new Pool(base, { connections: 1, pipelining: 8 })),
  }),
};

function poolClient(pool: InstanceType<Undici["Pool"]>): Client {
  return {
    ask: async (method, path, body) => {
      // Only what may be sent twice is sent before the answer to what was sent before.
      const options = { method, path, body: body ?? null, idempotent: true, blocking: false };
      const answer = await pool.request(options);
      return { status: answer.statusCode, bytes: new Uint8Array(await answer.body.arrayBuffer()) };
    },
    close: () => pool.close(),
  };
}
