/**
 * What each worker of step 5 does: the handler of step 3, unchanged. It is no program of its own.
 */

import type { Connection } from "../mod.ts";
import { fiveSeconds, handleConnection } from "./3_slow.ts";

/** Called for every connection that this worker gets; it is closed when this returns. */
export async function handler(connection: Connection): Promise<void> {
  await handleConnection(connection, fiveSeconds);
}
