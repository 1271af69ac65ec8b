// The runtime's own HTTP server.
const options = { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) };
Deno.serve(options, () => new Response("x"));
