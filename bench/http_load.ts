/**
 * Who sends requests and waits for the answers: a process of its own, so that its work is not the
 * server's. Started as a program, it is that process: each line of its input names a port, what to
 * ask and how often, and it answers each with a line when that is done.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const CONNECTIONS = 64;

const HOST = "Host: 127.0.0.1\r\n";
/** What a browser sends along. */
const BROWSER = "Connection: keep-alive\r\n" +
  'sec-ch-ua: "Chromium";v="142", "Not_A Brand";v="99"\r\nsec-ch-ua-mobile: ?0\r\n' +
  'sec-ch-ua-platform: "Linux"\r\nUpgrade-Insecure-Requests: 1\r\n' +
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36\r\n" +
  "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n" +
  "Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\n" +
  "Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-GB,en;q=0.9\r\n";

/** What can be asked. */
const REQUESTS: Record<"keep-alive" | "browser" | "close", string> = {
  "keep-alive": `GET / HTTP/1.1\r\n${HOST}\r\n`,
  browser: `GET / HTTP/1.1\r\n${HOST}${BROWSER}\r\n`,
  close: `GET / HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
};

/** How it is asked: over connections that last, or one for each request. */
export type RequestKind = "keep-alive" | "browser" | "close";

/** The process, from the side of the server. */
export class HttpLoad {
  readonly #child: ChildProcess;
  #done: () => void = () => undefined;
  #failed: (error: Error) => void = () => undefined;

  constructor() {
    const options = "Deno" in globalThis ? ["run", "--allow-all", "--no-check"] : [];
    const file = fileURLToPath(import.meta.url);
    this.#child = spawn(process.execPath, [...options, file], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#child.stdout?.on("data", () => this.#done());
    this.#child.on("exit", (code) => this.#failed(new Error(`The load has ended: ${code}`)));
  }

  /** Has `count` answers of the server at `port`; resolves when the last has arrived. */
  run(port: number, kind: RequestKind, count: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#done = resolve;
      this.#failed = reject;
      this.#child.stdin?.write(`${port} ${kind} ${count}\n`);
    });
  }

  stop(): void {
    this.#child.stdin?.end();
  }
}

/** One connection after the other: asks once on each, and waits for the server's end of file. */
async function askAnew(port: number, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await new Promise<void>((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      let start = "";
      socket.setEncoding("latin1").on("data", (text: string) => start ||= text);
      socket.on("connect", () => socket.write(REQUESTS.close));
      socket.on("error", reject);
      socket.on("close", () => {
        if (start.startsWith("HTTP/1.1 200 ")) resolve();
        else reject(new Error(`answered: ${start}`));
      });
    });
  }
}

/** One connection: asks, waits for all of the answer, and again. */
function ask(port: number, request: string, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let [first, length, missing, left] = ["", 0, 0, count];
    const next = () => {
      missing = length;
      if (left-- > 0) socket.write(request);
      else socket.end();
    };
    socket.on("connect", next);
    socket.on("error", reject);
    socket.on("close", () => left < 0 ? resolve() : reject(new Error(`${left} are missing`)));
    socket.on("data", (chunk) => {
      if (length > 0) {
        missing -= chunk.length;
        if (missing < 0) reject(new Error("an answer differs in length"));
        if (missing === 0) next();
        return;
      }
      // All answers are as long as the first.
      first += chunk.toString("latin1");
      const [head = "", size = ""] = /^HTTP\/1\.1 200 [^]*?content-length: ([0-9]+)[^]*?\r\n\r\n/i
        .exec(first) ?? [];
      if (head === "" || first.length < head.length + Number(size)) return;
      length = head.length + Number(size);
      next();
    });
  });
}

async function answer(line: string): Promise<void> {
  const [port, kind, count] = line.split(" ");
  const each = Math.ceil(Number(count) / CONNECTIONS);
  const one = () =>
    kind === "close"
      ? askAnew(Number(port), each)
      : ask(Number(port), REQUESTS[kind as RequestKind], each);
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
  console.log("done");
}

if (process.argv[1]?.endsWith("http_load.ts")) {
  createInterface({ input: process.stdin }).on("line", (line) => void answer(line));
}
