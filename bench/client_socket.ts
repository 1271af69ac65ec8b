/** A connection of the load: sends a message, and tells when the whole answer has come. */

interface BunSocket {
  write(bytes: Uint8Array): number;
  end(): void;
}

/** What is used of the global. */
interface BunApi {
  connect(options: {
    hostname: string;
    port: number;
    socket: {
      readonly binaryType: "uint8array";
      open(socket: BunSocket): void;
      data(socket: BunSocket, chunk: Uint8Array): void;
      drain(socket: BunSocket): void;
      close(socket: BunSocket): void;
      connectError(socket: BunSocket, error: Error): void;
    };
  }): Promise<unknown>;
}

/** Who is told. */
export interface Events {
  opened(socket: ClientSocket): void;
  /** The answer is whole. */
  answered(socket: ClientSocket): void;
  /** It has ended, by whichever side; with an error, it never was open. */
  closed(socket: ClientSocket, error?: Error): void;
}

// Declared is what is used of it: the types of a runtime are no dependency of the benchmark.
const { Bun } = globalThis as unknown as { Bun: BunApi };

/** One connection. */
export class ClientSocket {
  /** Bytes that have come of the present answer. */
  received = 0;
  /** Whether an answer is awaited. */
  waiting = false;
  readonly #events: Events;
  #socket: BunSocket | undefined;
  #unsent: Uint8Array | undefined;
  #pieces: Iterator<Uint8Array> | undefined;
  /** The length of an answer, as the head of the first one tells it; 0 is not known yet. */
  #expected = 0;
  #start = "";
  #answers = 1;

  constructor(port: number, events: Events) {
    this.#events = events;
    Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: {
        binaryType: "uint8array",
        open: (socket) => {
          this.#socket = socket;
          events.opened(this);
        },
        data: (_, chunk) => this.#take(chunk),
        drain: () => this.#flush(),
        close: () => events.closed(this),
        connectError: (_, error) => events.closed(this, error),
      },
      // connectError has been told.
    }).catch(() => undefined);
  }

  /** Sends `message`, which brings `answers`. */
  send(message: Uint8Array, answers = 1): void {
    this.received = 0;
    this.waiting = true;
    this.#answers = answers;
    this.#unsent = message;
    this.#flush();
  }

  /** Sends all of `pieces`, each when there is room for it. */
  stream(pieces: Iterator<Uint8Array>): void {
    this.#pieces = pieces;
    this.#flush();
  }

  end(): void {
    this.#socket?.end();
  }

  #flush(): void {
    for (;;) {
      this.#unsent ??= this.#pieces?.next().value ?? undefined;
      const bytes = this.#unsent;
      if (bytes === undefined || this.#socket === undefined) return;
      const sent = Math.max(0, this.#socket.write(bytes));
      this.#unsent = sent < bytes.length ? bytes.subarray(sent) : undefined;
      if (this.#unsent !== undefined) return;
    }
  }

  #take(chunk: Uint8Array): void {
    this.received += chunk.length;
    if (this.#expected === 0) this.#expected = this.#lengthOf(chunk);
    const whole = this.#expected > 0 && this.received >= this.#expected * this.#answers;
    if (!whole || !this.waiting) return;
    this.waiting = false;
    this.#events.answered(this);
  }

  /** Of the first answer; those after it are as long. */
  #lengthOf(chunk: Uint8Array): number {
    this.#start += String.fromCharCode(...chunk.subarray(0, 1024));
    const end = this.#start.indexOf("\r\n\r\n") + 4;
    const [, length] = /^content-length: *([0-9]+)/im.exec(this.#start.slice(0, end)) ?? [];
    return end < 4 || length === undefined ? 0 : end + Number(length);
  }
}
