// Nothing but a listener.
const { port } = Bun.listen({
  hostname: "127.0.0.1",
  port: 0,
  socket: { open: (socket) => void socket.end("x"), data() {} },
});
console.log(port);
