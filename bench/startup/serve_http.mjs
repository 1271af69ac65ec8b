// An HTTP server of the package in the folder that is named; "alone" is for the globals.
// Without node:process, which takes a while to load on Deno.
const args = globalThis.Deno?.args ?? globalThis.process.argv.slice(2);
const [{ listen }, { serveHttp }] = await Promise.all([
  import(`${args[0]}/mod.js`),
  import(`${args[0]}/http/serve_http.js`),
]);
const listener = await listen({ port: 0 });
console.log(listener.addr.port);
await serveHttp(listener, () => ({ body: "x" }), { adoptGlobals: args[1] !== "alone" });
