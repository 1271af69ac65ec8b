/** What the tests of the examples need: the server of one, and clients over plain sockets. */

import { listen, type Listener } from "../../mod.ts";
import { connectSocket, type SocketPeer } from "../conformance/sockets/socket_peer.ts";
import type { TestContext } from "../support/harness.ts";

const decoder = new TextDecoder();

/** Serves on a free port until the test ends. */
export async function served(
  t: TestContext,
  serve: (listener: Listener) => Promise<unknown>,
): Promise<Listener> {
  const listener = await listen({ port: 0 });
  const over = serve(listener);
  t.defer(async () => {
    await listener.close();
    await over;
  });
  return listener;
}

/** What is told to console.error until the test ends. */
export function toldErrors(t: TestContext): unknown[] {
  const errors: unknown[] = [];
  const original = console.error;
  console.error = (error: unknown) => errors.push(error);
  t.defer(() => console.error = original);
  return errors;
}

/** A client that reads and writes text; the test's end lets go of it. */
export class TextClient {
  readonly #peer: SocketPeer;
  #text = "";

  private constructor(peer: SocketPeer) {
    this.#peer = peer;
  }

  /** Connects to a listener. */
  static async connected(t: TestContext, listener: Pick<Listener, "addr">): Promise<TextClient> {
    const peer = await connectSocket(listener.addr);
    t.defer(() => peer.destroy());
    return new TextClient(peer);
  }

  /** Sends text. */
  send(text: string): Promise<void> {
    return this.#peer.write(new TextEncoder().encode(text));
  }

  /** Waits until `end` has come; what has come up to there. */
  async until(end: string): Promise<string> {
    for (let at = 0;;) {
      const found = this.#text.indexOf(end, at);
      if (found >= 0) return this.#take(found + end.length);
      at = Math.max(0, this.#text.length - end.length);
      const chunk = await this.#peer.read();
      if (chunk === null) throw new Error(`the end came before ${JSON.stringify(end)}`);
      this.#text += decoder.decode(chunk, { stream: true });
    }
  }

  /** What else comes until the end of file. */
  async rest(): Promise<string> {
    for (let chunk = await this.#peer.read(); chunk !== null; chunk = await this.#peer.read()) {
      this.#text += decoder.decode(chunk, { stream: true });
    }
    return this.#take(this.#text.length);
  }

  /** Sends the end of file. */
  end(): void {
    this.#peer.end();
  }

  /** Sends a reset. */
  reset(): void {
    this.#peer.reset();
  }

  #take(length: number): string {
    const text = this.#text.slice(0, length);
    this.#text = this.#text.slice(length);
    return text;
  }
}
