// What runs in a thread, and in a worker.

export { answer as handler } from "./echo.mjs";

export function sum([a, b]) {
  return a + b;
}
