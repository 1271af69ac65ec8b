/**
 * When each request would have had its turn on a server that does one thing at a time: in the order
 * they were asked for, each as long as it took. All times are milliseconds.
 */
export function oneAtATime(requests) {
  const turns = new Map();
  let free = 0;
  for (const request of [...requests].sort((a, b) => a.from - b.from)) {
    const from = Math.max(request.from, free);
    free = from + (request.to - request.sent);
    turns.set(request, { from, to: free });
  }
  return turns;
}
