import { connect, type Socket } from "node:net";

/** A socket that speaks no HTTP: it sends what it is told. */
export class RawClient {
  /** All that came, as Latin-1, when the server has finished; rejects with what the connection broke by. */
  readonly answer: Promise<string>;
  readonly #socket: Socket;
  readonly #connected: Promise<void>;

  constructor(port: number, hostname = "127.0.0.1") {
    const socket = connect(port, hostname);
    this.#socket = socket;
    let text = "";
    socket.setEncoding("latin1").on("data", (chunk: string) => text += chunk);
    this.#connected = new Promise((resolve, reject) => {
      socket.once("connect", () => resolve()).once("error", reject);
    });
    this.answer = new Promise((resolve, reject) => {
      socket.once("close", () => resolve(text)).once("error", reject);
    });
    // Whoever wants to know awaits them.
    this.#connected.catch(() => undefined);
    this.answer.catch(() => undefined);
  }

  /** Resolves when it is connected. */
  async connected(): Promise<this> {
    await this.#connected;
    return this;
  }

  /** Resolves when the system has taken the bytes. */
  async send(text: string): Promise<this> {
    await this.#connected;
    await new Promise<void>((resolve) => this.#socket.write(text, "latin1", () => resolve()));
    return this;
  }

  /** Sends a request for `path`. */
  get(path: string): Promise<this> {
    return this.send(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  }

  /** Breaks the connection. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }
}

/** The answer to a request for `path`. */
export async function get(port: number, path: string): Promise<string> {
  const client = await new RawClient(port).get(path);
  return await client.answer;
}
