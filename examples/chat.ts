/**
 * A chat room: every line that somebody writes goes to all the others.
 *
 * The members are read one by one, but written to without waiting: nobody's slow connection holds up
 * the room. What waits for a member is bounded: whoever does not read for too long is put out.
 *
 * Run it with `node`, `deno run --allow-net` or `bun run`, and join it with `nc`, several times.
 */

import { type Connection, formatAddr, lines, listen, type Listener, serve } from "../mod.ts";

/** How much may wait for a member who does not read, beside what the system holds. */
const MAX_WAITING_BYTES = 256 * 1024;
/** The longest line. */
const MAX_LINE_BYTES = 4 * 1024;

const encoder = new TextEncoder();

/** Somebody in the room. */
class Member {
  readonly name: string;
  readonly #connection: Connection;
  #waitingBytes = 0;

  constructor(name: string, connection: Connection) {
    this.name = name;
    this.#connection = connection;
  }

  /** Sends a line as soon as the ones before are sent; does not wait for it. */
  send(line: string): void {
    const bytes = encoder.encode(`${line}\n`);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > MAX_WAITING_BYTES) return this.#connection.abort();
    const sent = () => {
      this.#waitingBytes -= bytes.length;
    };
    // A failure is the connection's: whoever reads from it is told.
    this.#connection.write(bytes).then(sent, sent);
  }
}

/** Who is there. */
export class Room {
  readonly #members = new Set<Member>();

  /** Lets somebody take part until they leave, or are put out. */
  async handleConnection(connection: Connection): Promise<void> {
    const said = lines(connection, { limit: MAX_LINE_BYTES, fatal: false });
    await connection.write(encoder.encode("What is your name?\n"));
    const { value: name } = await said.next();
    if (name === undefined) return;
    const member = new Member(name, connection);
    this.#tell(`* ${name} is here`);
    this.#members.add(member);
    try {
      for await (const line of said) this.#tell(`${name}: ${line}`, member);
    } finally {
      this.#members.delete(member);
      this.#tell(`* ${name} has left`);
    }
  }

  #tell(line: string, from?: Member): void {
    for (const member of this.#members) if (member !== from) member.send(line);
  }
}

/** Serves one room, until the listener is closed. */
export async function serveChat(listener: Listener): Promise<void> {
  const room = new Room();
  const handle = (connection: Connection) => room.handleConnection(connection);
  await serve(listener, handle, {
    limit: 1_000,
    onError: (error) => console.error(String(error)),
  });
}

async function main(): Promise<void> {
  const listener = await listen({ port: 0 });
  console.log(`Listening on ${formatAddr(listener.addr)}`);
  await serveChat(listener);
}

if (import.meta.main) void main();
