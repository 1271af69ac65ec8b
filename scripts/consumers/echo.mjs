// What a consumer does first: listen, answer a connection, close. Ends by itself when all is closed.

import { connect } from "node:net";

/** Over the network, with the `listen` of one entry. */
export async function echo({ listen }) {
  const listener = await listen({ hostname: "127.0.0.1", port: 0 });
  const served = listener.incoming().forEachConcurrent(answer, { limit: 10 });
  await expectEcho(listener.addr.port);
  await listener.close();
  await served;
}

/** Without a network, with the entry `./memory`. */
export async function echoInMemory({ listen }) {
  const listener = await listen({ port: 0 });
  const served = listener.incoming().forEachConcurrent(answer, { limit: 10 });
  const connection = await listener.connect();
  await connection.write(new TextEncoder().encode("hello"));
  await connection.closeWrite();
  let got = "";
  for (let chunk = await connection.read(); chunk !== null; chunk = await connection.read()) {
    got += new TextDecoder().decode(chunk);
  }
  await connection.close();
  await listener.close();
  await served;
  expect(got);
}

async function answer(connection) {
  try {
    for (let chunk = await connection.read(); chunk !== null; chunk = await connection.read()) {
      await connection.write(chunk);
    }
  } finally {
    await connection.close();
  }
}

function expectEcho(port) {
  return new Promise((resolve, reject) => {
    let got = "";
    const client = connect(port, "127.0.0.1", () => client.end("hello"));
    client.setEncoding("utf8").on("data", (text) => got += text);
    client.on("error", reject);
    client.on("close", () => resolve(got));
  }).then(expect);
}

function expect(got) {
  if (got !== "hello") throw new Error(`Cannot see the echo: got "${got}"`);
}
