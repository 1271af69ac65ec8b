/**
 * A key-value store that the tools of Redis can talk to: PING, ECHO, GET, SET, DEL, also pipelined.
 *
 * A client may send the next commands without waiting for the answers; they come in the same order.
 * While it does not read them, nothing more is read from it.
 *
 * Run it with `node`, `deno run --allow-net` or `bun run`, and talk to it with `redis-cli -p`.
 */

import {
  BufferedReader,
  type Connection,
  formatAddr,
  listen,
  type Listener,
  serve,
} from "../mod.ts";
import { bulk, failure, integer, ProtocolError, readCommand, simple } from "./resp.ts";

/** A name for each string of bytes: every byte is one character, and not two are the same one. */
const names = new TextDecoder("latin1");

type Command = (...words: Uint8Array[]) => Uint8Array;

/** The keys and their values, and what can be done with them. */
export class Store {
  readonly #values = new Map<string, Uint8Array>();

  readonly #commands: Readonly<Record<string, { readonly words: number; readonly run: Command }>> =
    {
      PING: { words: 0, run: () => simple("PONG") },
      ECHO: { words: 1, run: (text) => bulk(text) },
      GET: { words: 1, run: (key) => bulk(this.#values.get(names.decode(key))) },
      SET: {
        words: 2,
        run: (key, value) => {
          if (value !== undefined) this.#values.set(names.decode(key), value);
          return simple("OK");
        },
      },
      DEL: { words: 1, run: (key) => integer(Number(this.#values.delete(names.decode(key)))) },
    };

  /** Does what a command says; the answer to send. */
  execute(command: readonly Uint8Array[]): Uint8Array {
    const [first, ...words] = command;
    const name = names.decode(first).toUpperCase();
    const known = Object.hasOwn(this.#commands, name) ? this.#commands[name] : undefined;
    if (known === undefined) return failure(`unknown command '${name.slice(0, 128)}'`);
    if (known.words === words.length) return known.run(...words);
    return failure(`wrong number of arguments for '${name.toLowerCase()}' command`);
  }
}

/** Answers the commands of one client, until it has finished or says what is no command. */
export async function handleConnection(connection: Connection, store: Store): Promise<void> {
  const reader = new BufferedReader(connection);
  try {
    for (
      let command = await readCommand(reader);
      command !== null;
      command = await readCommand(reader)
    ) {
      if (command.length > 0) await connection.write(store.execute(command));
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    await connection.write(failure(`Protocol error: ${error.message}`));
  }
}

/** Serves one store, until the listener is closed. */
export async function serveStore(listener: Listener): Promise<void> {
  const store = new Store();
  const handle = (connection: Connection) => handleConnection(connection, store);
  await serve(listener, handle, {
    limit: 1_000,
    onError: (error) => console.error(String(error)),
  });
}

async function main(): Promise<void> {
  const listener = await listen({ port: 0 });
  console.log(`Listening on ${formatAddr(listener.addr)}`);
  await serveStore(listener);
}

if (import.meta.main) void main();
