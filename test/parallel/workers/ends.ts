/** Reads up to the end, then says what the connection is, and what was read. */

import { type Connection, formatAddr } from "../../../mod.ts";

export async function handler(connection: Connection): Promise<void> {
  let said = "";
  const decoder = new TextDecoder();
  for (let chunk = await connection.read(); chunk !== null; chunk = await connection.read()) {
    said += decoder.decode(chunk, { stream: true });
  }
  const { remoteAddr, localAddr, alpn = "plain" } = connection;
  const ends = `${formatAddr(remoteAddr)} ${formatAddr(localAddr)} ${alpn} `;
  await connection.write(new TextEncoder().encode(ends));
  await connection.write(new TextEncoder().encode(said));
}
