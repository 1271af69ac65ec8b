// npm run test:system [-- the arguments of npm test]
// The second ring: tests that need programs of the system, on the real Deno, Bun and Node.
// Names what is missing, and how Debian calls it. --packages prints just the packages that are.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { refuse, root, run } from "./runtimes.mjs";

/** The programs, and the Debian packages that have them. */
const PROGRAMS = {
  chromium: "chromium",
  curl: "curl",
  h2load: "nghttp2-client",
  haproxy: "haproxy",
  nginx: "nginx",
  "redis-benchmark": "redis-tools",
  "redis-cli": "redis-tools",
  ss: "iproute2",
  strace: "strace",
  "systemd-analyze": "systemd",
  "systemd-socket-activate": "systemd",
  wget: "wget",
  wrk: "wrk",
};

const missing = Object.entries(PROGRAMS).filter(([program]) => !isThere(program));
const packages = [...new Set(missing.map(([, name]) => name))];
const args = process.argv.slice(2);

if (args.includes("--packages")) {
  console.log(packages.join(" "));
} else {
  if (missing.length > 0) {
    const programs = missing.map(([program]) => program).join(", ");
    refuse(`Cannot test: missing ${programs} (Debian: apt-get install ${packages.join(" ")})`);
  }
  const test = [process.execPath, `${root}scripts/test.mjs`, "--ring", "system", ...args];
  process.exitCode = (await run(test)).code;
}

function isThere(program) {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
