// The project's tools, as commands that run alike on every system: on Windows, what is in
// node_modules/.bin needs a shell.

import { executables, root } from "./runtimes.mjs";

const script = (path) => [executables.node, `${root}node_modules/${path}`];

/** What comes before a tool's arguments. */
export const tools = {
  node: [executables.node],
  deno: [executables.deno],
  tsc: script("typescript/bin/tsc"),
  oxlint: script("oxlint/bin/oxlint"),
  publint: script("publint/src/cli.js"),
  attw: script("@arethetypeswrong/cli/dist/index.js"),
  npm: npm(),
};

/** The npm that runs this script, by the Node that it runs on; or the one of the machine. */
function npm() {
  const { npm_execpath: cli, npm_node_execpath: node = process.execPath } = process.env;
  if (cli !== undefined) return [node, cli];
  return process.platform === "win32" ? ["cmd", "/c", "npm"] : ["npm"];
}
