/** Takes all that comes, up to the end, and then gives it back. */

import type { Connection } from "../../../mod.ts";

export async function handler(connection: Connection): Promise<void> {
  const chunks: Uint8Array[] = [];
  for (let chunk = await connection.read(); chunk !== null; chunk = await connection.read()) {
    chunks.push(chunk);
  }
  for (const chunk of chunks) await connection.write(chunk);
}
