// As import.mjs, from CommonJS.

const process = require("node:process");

const entries = process.argv.slice(2);
const required = entries.map((entry) => [entry, require(entry.replace(".", "@incoming/net"))]);
void import("./use.mjs").then(async ({ use }) => {
  for (const [entry, exports] of required) {
    await use(entry, exports);
    console.log(`require ${entry}`);
  }
});
