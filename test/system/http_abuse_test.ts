/** What clients can make serveHttp hold, and for how long: the goals are in bytes of resident memory. */

import { assert, assertEquals } from "#assert";
import { connect, type Socket } from "node:net";
import { pathOf, RUN, ServerProcess } from "../main/server_process.ts";
import { runtime, test, type TestContext } from "../support/harness.ts";

const [KIB, MIB] = [1 << 10, 1 << 20];
const [FLOOD, STUCK] = [50_000, 200];
/** What one stuck reader may hold. Garbage is not counted: how much of it gathers is the runtime's affair. */
const MOST_HELD_BYTES = 64 * KIB;
/** How long nothing has to be taken for a client to have come to its end, in milliseconds. */
const QUIET_MS = 500;
/** What the buffers of both sockets take, in bytes, at most. */
const KERNEL_BYTES = 8 * MIB;
const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/** The server as a process of its own. */
class Abused {
  readonly #port: number;
  readonly #t: TestContext;

  constructor(t: TestContext, port: number) {
    this.#t = t;
    this.#port = port;
  }

  static async started(t: TestContext): Promise<Abused> {
    const flags = { node: ["--expose-gc"], deno: ["run", "--v8-flags=--expose-gc"], bun: [] };
    const run = [...flags[runtime], ...RUN[runtime].filter((flag) => flag !== "run")];
    const file = pathOf("test/system/http_abuse_server.ts");
    const server = new ServerProcess([], [
      ...run,
      ...(runtime === "deno" ? ["--allow-sys"] : []),
      file,
    ]);
    t.defer(() => server.kill("SIGKILL"));
    const [, port = ""] = await server.said(/^port ([0-9]+)\n/);
    return new Abused(t, Number(port));
  }

  /** A client that reads nothing; gone when the test ends. */
  client(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port: this.#port, host: "127.0.0.1" });
      this.#t.defer(() => void socket.destroy());
      socket.pause();
      socket.on("error", reject);
      socket.on("connect", () => resolve(socket));
    });
  }

  /** What one request is answered, over a connection of its own. */
  async ask(request: string): Promise<string> {
    const socket = await this.client();
    return await new Promise((resolve) => {
      let text = "";
      socket.on("data", (chunk) => text += chunk.toString("latin1"));
      socket.on("close", () => resolve(text));
      socket.write(request);
      socket.resume();
    });
  }

  /** Its memory, in bytes: what is resident, or held. */
  async memory(what: "/resident" | "/held"): Promise<number> {
    const get = `GET ${what} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
    return Number((await this.ask(get)).split("\r\n\r\n")[1]);
  }
}

/** Sends as long as it is taken; resolves with how much that was when nothing is taken for a while. */
function sendAll(socket: Socket, next: () => string | undefined): Promise<number> {
  return new Promise((resolve) => {
    let taken = 0;
    const end = () => resolve(taken);
    let timer = setTimeout(end, QUIET_MS);
    const send = () => {
      const text = next();
      if (text === undefined) return;
      socket.write(text, (error) => {
        if (error) return;
        taken += text.length;
        clearTimeout(timer);
        timer = setTimeout(end, QUIET_MS);
        send();
      });
    };
    socket.on("error", () => undefined);
    send();
  });
}

test(
  `${FLOOD} requests at once, whose answers nobody reads, cost serveHttp little on ${runtime}`,
  async (t) => {
    const server = await Abused.started(t);
    // The code that is compiled, and buffers at their full size, are not the flood's.
    await server.ask(GET.repeat(5_000) + GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    const before = await server.memory("/resident");
    const socket = await server.client();
    let left = FLOOD;
    await sendAll(socket, () => (left -= 1000) >= 0 ? GET.repeat(1000) : undefined);
    const grown = await server.memory("/resident") - before;
    console.log(`${runtime}: the flood costs ${(grown / MIB).toFixed(1)} MiB`);
    assert(grown <= 10 * MIB, `${grown} bytes`);
  },
  { timeout: 60_000 },
);

test(
  `${STUCK} readers that are stuck in a large answer cost serveHttp little each on ${runtime}`,
  async (t) => {
    const server = await Abused.started(t);
    const stick = async (count: number) => {
      const sockets = await Promise.all(Array.from({ length: count }, () => server.client()));
      for (const socket of sockets) socket.write(GET.replace("/", "/large"));
      // It is still when nothing has changed since the last look.
      let [last, now] = [0, await server.memory("/held")];
      while (Math.abs(now - last) > MIB / 4) [last, now] = [now, await server.memory("/held")];
      return now;
    };
    const before = await stick(20);
    const each = (await stick(STUCK) - before) / STUCK;
    console.log(`${runtime}: a stuck reader holds ${(each / KIB).toFixed(1)} KiB`);
    assert(each <= MOST_HELD_BYTES, `${each} bytes`);
  },
  { timeout: 60_000 },
);

test(
  `an endless body that nobody reads is taken up to a limit by serveHttp on ${runtime}`,
  async (t) => {
    const server = await Abused.started(t);
    for (const field of ["Content-Length: 9000000000000", "Transfer-Encoding: chunked"]) {
      const socket = await server.client();
      let ended = false;
      for (const event of ["end", "close"]) socket.on(event, () => ended = true);
      socket.resume();
      socket.write(`POST / HTTP/1.1\r\nHost: a\r\n${field}\r\n\r\n`);
      const chunk = `10000\r\n${"x".repeat(64 * KIB)}\r\n`;
      const taken = await sendAll(socket, () => ended ? undefined : chunk);
      assert(taken <= 256 * KIB + KERNEL_BYTES, `${field}: ${taken} bytes were taken`);
      assertEquals(ended, true, `${field}: the connection was closed`);
    }
  },
  { timeout: 60_000 },
);

test(
  `a head that comes a byte at a time is answered with 408 by serveHttp on ${runtime}`,
  async (t) => {
    const server = await Abused.started(t);
    const socket = await server.client();
    const answered = new Promise<string>((resolve) => {
      let text = "";
      socket.on("data", (chunk) => text += chunk.toString("latin1"));
      socket.on("close", () => resolve(text));
    });
    socket.resume();
    socket.on("error", () => undefined);
    let at = 0;
    const drip = setInterval(
      () => socket.write(`${GET.slice(0, 16)}A: ${"b".repeat(200)}`.charAt(at++)),
      50,
    );
    t.defer(() => clearInterval(drip));
    const text = await answered;
    clearInterval(drip);
    assert(text.startsWith("HTTP/1.1 408 "), text);
  },
  { timeout: 20_000 },
);
