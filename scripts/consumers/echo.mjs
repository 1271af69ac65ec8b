// What a consumer does first: listen, answer a connection, close. Ends by itself when all is closed.

/** Over the network, with the `listen` and `connect` of one entry. */
export async function echo({ listen, connect }) {
  const listener = await listen({ hostname: "127.0.0.1", port: 0 });
  const served = listener.incoming().forEachConcurrent(answer, { limit: 10 });
  await expectEcho(await connect({ port: listener.addr.port }));
  await listener.close();
  await served;
}

/** Without a network, with the entry `./memory`. */
export async function echoInMemory({ listen }) {
  const listener = await listen({ port: 0 });
  const served = listener.incoming().forEachConcurrent(answer, { limit: 10 });
  await expectEcho(await listener.connect());
  await listener.close();
  await served;
}

/** Sends back what comes. */
export async function answer(connection) {
  try {
    for (let chunk = await connection.read(); chunk !== null; chunk = await connection.read()) {
      await connection.write(chunk);
    }
  } finally {
    await connection.close();
  }
}

/** Says hello over `connection`, and expects it back. */
export async function expectEcho(connection) {
  await connection.write(new TextEncoder().encode("hello"));
  await connection.closeWrite();
  let got = "";
  for (let chunk = await connection.read(); chunk !== null; chunk = await connection.read()) {
    got += new TextDecoder().decode(chunk);
  }
  await connection.close();
  if (got !== "hello") throw new Error(`Cannot see the echo: got "${got}"`);
}
