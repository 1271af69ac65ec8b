// The runtime's own HTTP server.
const options = { hostname: "127.0.0.1", port: 0, development: false };
console.log(Bun.serve({ ...options, fetch: () => new Response("x") }).port);
