// Nothing but a listener.
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log(listener.addr.port);
for await (const conn of listener) {
  await conn.write(new Uint8Array([120]));
  conn.close();
}
