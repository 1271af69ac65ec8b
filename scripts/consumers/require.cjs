// As import.mjs, from CommonJS.

const process = require("node:process");

for (const entry of process.argv.slice(2)) {
  const exports = require(entry.replace(".", "@incoming/net"));
  void import("./echo.mjs")
    .then(({ echo, echoInMemory }) => entry === "./memory" ? echoInMemory(exports) : echo(exports))
    .then(() => console.log(`require ${entry}`));
}
