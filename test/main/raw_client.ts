import { connect, type Socket } from "node:net";

/** A socket that speaks no HTTP: it sends what it is told. */
export class RawClient {
  /** All that came, as Latin-1, when the server has finished; rejects with what the connection broke by. */
  readonly answer: Promise<string>;
  readonly #socket: Socket;
  readonly #connected: Promise<void>;

  /** Connects to a port of this machine, or to a unix socket. */
  constructor(place: number | string) {
    const socket = typeof place === "number" ? connect(place, "127.0.0.1") : connect(place);
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

  /** Sends a request for `path`, the only one of its connection. */
  get(path: string): Promise<this> {
    return this.send(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  }

  /** Resolves when the first bytes of the answer have come; then no more of it is read. */
  async begun(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.once("data", () => resolve()));
    this.#socket.pause();
  }

  /** Breaks the connection. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }
}

/** The answer to a request for `path`. */
export async function get(place: number | string, path: string): Promise<string> {
  const client = await new RawClient(place).get(path);
  return await client.answer;
}

/** The status of an answer, and its body. */
export function statusAndBody(answer: string): [status: string, body: string] {
  const end = answer.indexOf("\r\n\r\n");
  return [answer.split(" ")[1] ?? "", end < 0 ? "" : answer.slice(end + 4)];
}

/** The status of the answer to a request for `path`, and its body. */
export async function getPage(place: number | string, path: string): Promise<[string, string]> {
  return statusAndBody(await get(place, path));
}
