/** Workers that a test plays itself: they do nothing but what it says. */

import { Socket } from "node:net";
import { Member } from "../../parallel/member.ts";
import type { MemberInit } from "../../parallel/member_init.ts";
import type { FromWorker, ToWorker, WorkerInit } from "../../parallel/messages.ts";
import type { Launch, WorkerEvents, WorkerLink } from "../../parallel/worker_link.ts";

/** What a worker is started with. */
export const INIT: WorkerInit = {
  worker: 0,
  restarts: 0,
  module: "file:///handler.js",
  data: "data",
  addr: { transport: "tcp", hostname: "127.0.0.1", port: 1 },
  listen: { noDelay: true, tls: undefined, timeouts: undefined, proxyProtocol: undefined },
  serve: { grace: 1_000, timeouts: undefined },
};

/** A worker, from its own side. */
export class FakeWorker implements WorkerLink {
  /** What it was told, without what it was started with. */
  readonly told: ToWorker[] = [];
  readonly given: Socket[] = [];
  readonly init: Promise<WorkerInit>;
  kills = 0;
  readonly #events: WorkerEvents;
  #start: (init: WorkerInit) => void = () => undefined;
  #gone = 0;

  constructor(events: WorkerEvents) {
    this.#events = events;
    this.init = new Promise((resolve) => this.#start = resolve);
  }

  readonly copy = (message: unknown): unknown => structuredClone(message);

  readonly post = (message: ToWorker): void => {
    if (message.type === "start") this.#start(message.init);
    else this.told.push(message);
  };

  readonly give = (socket: Socket): void => void this.given.push(socket);

  readonly kill = (): void => void this.kills++;

  /** Says that it is there; without that it is told nothing after a message. */
  pong(): void {
    this.say({ type: "pong" });
  }

  /** What it was told but whether it is there. */
  get heard(): ToWorker[] {
    return this.told.filter(({ type }) => type !== "ping");
  }

  /** What types of messages it was told. */
  get types(): string[] {
    return this.told.map(({ type }) => type);
  }

  say(message: FromWorker): void {
    this.#events.message(message);
  }

  ready(): void {
    this.say({ type: "ready" });
  }

  /** It has got all that it was given, and `more` of it are gone. */
  count(more = 0): void {
    this.#gone += more;
    this.say({ type: "count", taken: this.given.length, gone: this.#gone });
  }

  fail(error: unknown): void {
    this.#events.failed(error);
  }

  exit(how = "exit code 0"): void {
    this.#events.exited(how);
  }
}

/** All that were started, in their order. */
export class FakeWorkers {
  readonly all: FakeWorker[] = [];

  readonly launch: Launch = (events) => {
    const worker = new FakeWorker(events);
    this.all.push(worker);
    return worker;
  };

  /** The one that was started as number `at`, from 0. */
  at(at: number): FakeWorker {
    const worker = this.all[at];
    if (worker === undefined) throw new Error(`no worker was started as number ${at}`);
    return worker;
  }

  /** A member, its worker, and what it was told. */
  hire(init: Partial<MemberInit> = {}): { member: Member; worker: FakeWorker; told: string[] } {
    const told: string[] = [];
    const member = new Member({
      launch: this.launch,
      worker: INIT,
      onRoom: () => void told.push("room"),
      onFault: (error) => void told.push(`fault ${error.message}`),
      onMessage: (message) => void told.push(`message ${String(message)}`),
      ...init,
    });
    return { member, worker: this.at(this.all.length - 1), told };
  }
}

/** A socket that nobody is at the other end of. */
export function lonelySocket(): Socket {
  return new Socket();
}
