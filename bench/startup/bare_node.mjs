// Nothing but a listener.
import { createServer } from "node:net";

const server = createServer((socket) => socket.end("x"));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
