/**
 * The clients of a server under load, as a process of its own: what to do, the port and how many.
 * It prints a line when they are where they should be; those that hold go on with each line of input.
 */

import { connect, type Socket } from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";

/** How many are on their way at once. */
const AT_ONCE = 64;
/** How long a client waits for its answer. */
const PATIENCE_MS = 10_000;

/** What becomes of a client. */
type Fate = "served" | "ended" | "reset" | "waiting";

/** Connects; every error is told by `closed` alone. */
function open(port: number): Socket {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.on("error", () => undefined);
  return socket;
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

/** Connects, and is gone. */
async function resetAtOnce(port: number): Promise<void> {
  const socket = open(port);
  socket.once("connect", () => socket.resetAndDestroy());
  await closed(socket);
}

/** Asks, and is gone. */
async function resetAfterRequest(port: number): Promise<void> {
  const socket = open(port);
  socket.once("connect", () => socket.write("hello", () => socket.resetAndDestroy()));
  await closed(socket);
}

/** Asks for much, and is gone when the first of it comes. */
async function resetInAnswer(port: number): Promise<void> {
  const socket = open(port);
  socket.write("L");
  socket.once("data", () => socket.resetAndDestroy());
  await closed(socket);
}

/** Waits for an answer, for as long as `patience` allows. */
function ask(socket: Socket, patience: number): Promise<Fate> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve("waiting"), patience);
    const tell = (fate: Fate) => {
      clearTimeout(timer);
      resolve(fate);
    };
    socket.once("data", () => tell("served"));
    socket.once("end", () => tell("ended"));
    socket.once("error", () => tell("reset"));
    socket.write("hello");
  });
}

/** Is served, and leaves in order. */
async function visit(port: number): Promise<Fate> {
  const socket = open(port);
  const fate = await ask(socket, PATIENCE_MS);
  const gone = closed(socket);
  if (fate === "served") socket.end();
  else socket.destroy();
  await gone;
  return fate;
}

/** `count` of them, some at a time; how many have met each fate. */
async function many(
  count: number,
  one: () => Promise<Fate | void>,
  atOnce: number = AT_ONCE,
): Promise<Record<string, number>> {
  const fates: Record<string, number> = {};
  let left = count;
  const worker = async () => {
    while (left-- > 0) {
      const fate = await one() ?? "done";
      fates[fate] = (fates[fate] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return fates;
}

const [what, port = 0, count = 0] = process.argv.slice(2).map((word, i) => i ? Number(word) : word);
const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

function say(fates: Record<string, number>): void {
  console.log(JSON.stringify(fates));
}

async function main(port: number, count: number): Promise<void> {
  if (what === "visit") say(await many(count, () => visit(port)));
  if (what === "one by one") say(await many(count, () => visit(port), 1));
  if (what === "reset") {
    for (const one of [resetAtOnce, resetAfterRequest, resetInAnswer]) {
      await many(Math.ceil(count / 3), () => one(port));
    }
    say({});
  }
  if (what === "hold") await hold(port, count);
  if (what === "crowd") await crowd(port, count);
}

/** Connects all and is silent; with the first line of input, each asks once; with the next, all leave. */
async function hold(port: number, count: number): Promise<void> {
  const sockets: Socket[] = [];
  say(
    await many(count, async () => {
      const socket = open(port);
      sockets.push(socket);
      await new Promise<void>((resolve) => {
        socket.once("connect", () => resolve());
        socket.once("close", () => resolve());
      });
      return socket.destroyed ? "reset" : "waiting";
    }),
  );
  await input.next();
  const asking = sockets.slice();
  say(await many(asking.length, async () => await ask(asking.pop() as Socket, PATIENCE_MS)));
  await input.next();
  const gone = sockets.map(closed);
  for (const socket of sockets) socket.end();
  await Promise.all(gone);
  say({});
}

/**
 * All ask at once, and stay for as long as `PATIENCE_MS`: the first line of input says who has what by
 * then. With the next, those that were served leave, and what becomes of the others is said.
 */
async function crowd(port: number, count: number): Promise<void> {
  const fates = new Map<Socket, Fate>();
  const asking: Promise<unknown>[] = [];
  for (let i = 0; i < count; i++) {
    const socket = open(port);
    fates.set(socket, "waiting");
    asking.push(ask(socket, 6 * PATIENCE_MS).then((fate) => fates.set(socket, fate)));
  }
  const tell = () => {
    const counts: Record<string, number> = { served: 0, ended: 0, reset: 0, waiting: 0 };
    for (const fate of fates.values()) counts[fate] = (counts[fate] ?? 0) + 1;
    say(counts);
  };
  console.log("asking");
  await input.next();
  tell();
  await input.next();
  // Each that leaves makes room for another one.
  while ([...fates.values()].includes("waiting")) {
    for (const [socket, fate] of fates) if (fate === "served") socket.end();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await Promise.all(asking);
  tell();
  for (const socket of fates.keys()) socket.destroy();
}

await main(Number(port), Number(count));
process.exit();
