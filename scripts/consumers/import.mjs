// import.mjs <entry …>: `.` is the main one.

import process from "node:process";
import { echo, echoInMemory } from "./echo.mjs";

for (const entry of process.argv.slice(2)) {
  const exports = await import(entry.replace(".", "@incoming/net"));
  await (entry === "./memory" ? echoInMemory(exports) : echo(exports));
  console.log(`import ${entry}`);
}
