/** A server that is stopped under load loses nothing. */

import { assert, assertEquals } from "#assert";
import { connect, type Socket } from "node:net";
import process from "node:process";
import { pathOf, RUN, ServerProcess } from "./main/server_process.ts";
import { runtime, test, type TestContext } from "./support/harness.ts";

const REQUEST = "hello, Ferris";

/** What has become of all requests: how many were answered, and why the others were not. */
class Tally {
  answered = 0;
  refused = 0;
  readonly lost: string[] = [];
  readonly #server: ServerProcess;

  constructor(server: ServerProcess) {
    this.#server = server;
  }

  /** One more is answered; after a while the server is stopped. */
  answer(): void {
    if (++this.answered === 300) void this.#server.kill("SIGTERM");
  }
}

async function start(t: TestContext, ...args: string[]) {
  const server = new ServerProcess(args, [...RUN[runtime], pathOf("test/fixtures/echo_server.ts")]);
  t.defer(() => server.kill("SIGKILL"));
  const [, port] = await server.said(/^port ([0-9]+)\n/);
  return { server, port: Number(port) };
}

/** One connection, one request; whether the server can still be reached. */
function ask(port: number, tally: Tally): Promise<boolean> {
  return new Promise((resolve) => {
    let text = "";
    let connected = false;
    const socket: Socket = connect(port, "127.0.0.1");
    socket.setEncoding("latin1");
    socket.on("connect", () => {
      connected = true;
      socket.write(REQUEST);
    });
    socket.on("data", (chunk: string) => text += chunk);
    socket.on("end", () => {
      if (text === REQUEST) tally.answer();
      else tally.lost.push(`an end after "${text}"`);
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (!connected && error.code === "ECONNREFUSED") tally.refused++;
      else tally.lost.push(`${error.code} after "${text}"`);
    });
    socket.on("close", (failed) => resolve(!failed));
  });
}

/** Many requests on one connection, each as soon as the last one is answered. */
function askOften(port: number, times: number, tally: Tally): Promise<void> {
  return new Promise((resolve) => {
    let asked = 0;
    let text = "";
    const socket: Socket = connect(port, "127.0.0.1");
    const send = () => {
      if (asked++ === times) socket.end();
      else socket.write(REQUEST);
    };
    socket.setEncoding("latin1");
    socket.on("connect", send);
    socket.on("data", (chunk: string) => {
      text += chunk;
      if (text !== REQUEST) return;
      text = "";
      tally.answer();
      send();
    });
    socket.on("error", (error: NodeJS.ErrnoException) => tally.lost.push(`${error.code}`));
    socket.on("end", () => {
      if (asked <= times) tally.lost.push(`an end before request ${asked}`);
    });
    socket.on("close", () => resolve());
  });
}

// On Windows no signal can be caught that another process sends.
if (process.platform !== "win32") {
  test(`serve() loses no request of 64 clients when it is stopped by a signal on ${runtime}`, async (t) => {
    const { server, port } = await start(t, "once");
    const tally = new Tally(server);
    const client = async () => {
      while (await ask(port, tally));
    };
    await Promise.all(Array.from({ length: 64 }, client));
    assertEquals([await server.ended, server.stderr, tally.lost], [0, "", []]);
    assertEquals(tally.refused, 64, "nobody can connect any more");
    assert(tally.answered >= 300);
    assertEquals(server.stdout, `port ${port}\ncut 0, refused 0\n`);
  });

  test(`serve() answers all that is asked on open connections after it is stopped on ${runtime}`, async (t) => {
    const { server, port } = await start(t);
    const tally = new Tally(server);
    await Promise.all(Array.from({ length: 32 }, () => askOften(port, 30, tally)));
    assertEquals([await server.ended, server.stderr, tally.lost], [0, "", []]);
    assertEquals(tally.answered, 32 * 30);
    assertEquals(server.stdout, `port ${port}\ncut 0, refused 0\n`);
  });
}
