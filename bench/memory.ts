/** What an open connection costs in memory, as the resident memory of the server's process shows it. */

import { type Answer, compared } from "./answers.ts";
import { turns } from "./arithmetic.ts";
import type { ClientProcess } from "./client_process.ts";
import type { Contender } from "./contest.ts";
import type { MessageName } from "./messages.ts";
import type { ServerProcess } from "./server_process.ts";

/** Connections that come and go before, for what is made once. */
const WARM_UP = 64;

/** KiB for each connection: that has sent nothing yet, and after an exchange. */
export interface Idle {
  readonly silent: number;
  readonly used: number;
}

async function residentOf(server: ServerProcess): Promise<number> {
  return (await server.usage(true)).rss / 1024;
}

/** Opens `count` connections to a server that has just been started, and ends both. */
export async function idleMemory(
  { start }: Contender,
  client: ClientProcess,
  message: MessageName,
  count: number,
): Promise<Idle> {
  const server = await start();
  const { port } = server;
  try {
    await client.ask({ hold: WARM_UP, port });
    await client.ask({ exchange: message });
    await client.ask({ release: true });
    const before = await residentOf(server);
    await client.ask({ hold: count, port });
    const silent = await residentOf(server);
    await client.ask({ exchange: message });
    const used = await residentOf(server);
    await client.ask({ release: true });
    return { silent: (silent - before) / count, used: (used - before) / count };
  } finally {
    await server.stop();
  }
}

/** Compares servers, the first of which is the baseline, in `rounds` new processes each. */
export async function compareMemory(
  contenders: readonly Contender[],
  client: ClientProcess,
  { message, count, rounds }: { message: MessageName; count: number; rounds: number },
): Promise<Pick<Answer, "group" | "unit" | "rows">[]> {
  const taken = contenders.map((): Idle[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const index of turns(contenders.length, round)) {
      const contender = contenders[index];
      if (contender === undefined) continue;
      taken[index]?.push(await idleMemory(contender, client, message, count));
    }
  }
  const connections = `${count.toLocaleString("en")} connections`;
  return (["silent", "used"] as const).map((state) => {
    const values = taken.map((idle) => idle.map((one) => one[state]));
    const rows = contenders.map(({ name }, index) =>
      compared(name, values[index] ?? [], values[0] ?? [])
    );
    const what = state === "silent" ? "that have sent nothing" : "idle after an exchange";
    return { group: `${connections} ${what}`, unit: "KiB for each", rows };
  });
}
