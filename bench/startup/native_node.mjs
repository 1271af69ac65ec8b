// The runtime's own HTTP server.
import { createServer } from "node:http";

const server = createServer((_, response) => response.end("x"));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
