// A listener of the module that is named: the whole library, or one adapter.
// Without node:process, which takes a while to load on Deno.
const args = globalThis.Deno?.args ?? globalThis.process.argv.slice(2);
const { listen } = await import(args[0]);
const listener = await listen({ port: 0 });
console.log(listener.addr.port);
await listener.incoming().forEachConcurrent(async (connection) => {
  await connection.write(new Uint8Array([120]));
  await connection.close();
});
