// import.mjs <entry …>: `.` is the main one.

import process from "node:process";
import { use } from "./use.mjs";

for (const entry of process.argv.slice(2)) {
  const exports = await import(entry.replace(".", "@incoming/net"));
  await use(entry, exports);
  console.log(`import ${entry}`);
}
