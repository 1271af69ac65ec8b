/** What the runtimes are compared with, where it is there: nginx, and the chapter's server in Rust. */

import { cpSync, existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Contender } from "./contest.ts";
import { find, outputOf, pathOf } from "./runtimes.ts";
import { HELLO } from "./server_native.ts";
import { ServerProcess } from "./server_process.ts";

/** What nginx answers with: the text that the others have in memory, or the program's page. */
export type Location = "hello" | "page";

const LOCATIONS: Record<Location, string> = {
  hello: `default_type text/plain; return 200 "${HELLO}";`,
  page: `root ${pathOf("static")}; try_files /hello.html =404;`,
};

/** nginx with one process, as the others have one; undefined where there is none. */
export function nginx(location: Location): Contender | undefined {
  const program = find("nginx");
  if (program === undefined) return undefined;
  return {
    name: location === "hello" ? "nginx" : "nginx, the file",
    start: async () => {
      const folder = mkdtempSync(join(tmpdir(), "incoming-bench-"));
      process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
      const port = await freePort();
      const file = join(folder, "nginx.conf");
      writeFileSync(file, configuration(folder, port, LOCATIONS[location]));
      const server = await ServerProcess.start([program, "-p", folder, "-c", file], {
        fixed: port,
        controlled: false,
      });
      await answering(port);
      return server;
    },
  };
}

function configuration(folder: string, port: number, location: string): string {
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `
daemon off; master_process off; pid ${folder}/pid; error_log stderr crit;
events { worker_connections 2048; }
http {
  access_log off; keepalive_requests 1000000; types { text/html html; }
  ${kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(" ")}
  server { listen 127.0.0.1:${port} backlog=511; location = / { ${location} } }
}`;
}

/** nginx cannot be asked which one it has taken. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : NaN;
}

/** Resolves when somebody listens on the port; rejects after some seconds. */
async function answering(port: number): Promise<void> {
  for (let trial = 0; trial < 500; trial++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true));
      socket.on("connect", () => socket.destroy()).on("error", () => resolve(false));
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`Cannot measure nginx: nobody listens on port ${port}`);
}

/** Where Debian has the crates of its librust-*-dev packages. */
const CRATES = "/usr/share/cargo/registry";

/** The chapter's server, built by cargo; undefined where that, or the crates of Debian, are missing. */
export async function chapter(): Promise<Contender | undefined> {
  const cargo = find("cargo");
  if (cargo === undefined || globSync(`${CRATES}/async-std-1.*`).length === 0) return undefined;
  const folder = pathOf("node_modules/.cache/incoming-bench/chapter");
  const program = join(folder, "target/release/chapter");
  cpSync(pathOf("bench/chapter"), folder, { recursive: true, preserveTimestamps: true });
  if (!existsSync(program)) console.error("Building bench/chapter …");
  const source = ["source.crates-io.replace-with='debian'", `source.debian.directory='${CRATES}'`];
  const config = source.flatMap((line) => ["--config", line]);
  const manifest = ["--manifest-path", join(folder, "Cargo.toml")];
  await outputOf([cargo, "build", "--release", "--offline", "--quiet", ...config, ...manifest]);
  return {
    name: "the chapter's server in Rust",
    start: () => ServerProcess.start([program, pathOf("static")], { controlled: false }),
  };
}
