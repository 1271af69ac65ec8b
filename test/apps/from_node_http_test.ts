/** docs/from_node_http.md: what it says of the runtimes' own servers is so. */

import { assert, assertEquals } from "#assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { connectSocket } from "../conformance/sockets/socket_peer.ts";
import { startNative } from "../fuzz/native.ts";
import { OWN_CASES } from "../http_cases/own_cases.ts";
import { bytesOf, latin1 } from "../http_cases/wire.ts";
import { runtime, test } from "../support/harness.ts";
import { textOf } from "../support/markdown.ts";

const PAGE = textOf("docs/from_node_http.md");
const HEADING = { deno: "Deno.serve", bun: "Bun.serve", node: "node:http" }[runtime];
/** After this, a server that says nothing waits for more; in milliseconds. */
const SILENCE_MS = 1_000;

/** What has to be refused, and is answered: the table is made of it. */
const ANSWERED: Record<typeof runtime, readonly string[]> = {
  node: [
    "3: the request line: two spaces after the method",
    "3: the request line: two spaces before the version",
    "3.2: the target: a fragment",
    "3.2: the target: * for GET",
    "3.2: the target: no host in a URL",
    "3.2: the target: a URL of another host",
    "3.2: Host: two",
    "3.2: Host: two, of different hosts",
    "3.2: Host: empty",
    "3.2: Host: a path",
    "3.2: Host: user information",
    "3.2: Host: a list",
    "3.2: Host: a space",
    "3.2: Host: a port that is none",
    "3.2: Host: half a bracket",
    "3.2: Host: a fragment",
    "6.1: Transfer-Encoding: gzip below chunked",
    "6.1: Transfer-Encoding: gzip below chunked, in two lines",
    "RFC 9110, 9.3: methods that have no body: TRACE with Content-Length",
    "RFC 9110, 9.3: methods that have no body: TRACE with chunks",
  ],
  deno: [
    "2.2: line ends and white space: bare LF after the request line",
    "2.2: line ends and white space: bare LF after a field",
    "2.2: line ends and white space: bare LF for the empty line",
    "3.2: the target: a fragment",
    "3.2: the target: no host in a URL",
    "3.2: the target: a URL of another host",
    "3.2: Host: none",
    "3.2: Host: empty",
    "3.2: Host: a path",
    "3.2: Host: user information",
    "3.2: Host: a fragment",
    "6.1: Transfer-Encoding: gzip below chunked",
    "6.1: Transfer-Encoding: gzip below chunked, in two lines",
    "6.2: Content-Length: two that agree",
    "7.1: chunks: a space before the size",
    "7.1: chunks: a space after the size",
    "7.1: chunks: an open quote in an extension",
    "RFC 9110, 9.3: methods that have no body: TRACE with Content-Length",
    "RFC 9110, 9.3: methods that have no body: TRACE with chunks",
    "RFC 9110, 9.3: methods that have no body: CONNECT with Content-Length",
  ],
  bun: [
    "2.2: line ends and white space: DEL in a value",
    "3.2: the target: a fragment",
    "3.2: the target: a byte above 0x7E",
    "3.2: the target: DEL",
    "3.2: the target: a path for CONNECT",
    "3.2: the target: no host in a URL",
    "3.2: the target: a URL of another host",
    "3.2: Host: two",
    "3.2: Host: two, of different hosts",
    "6.2: Content-Length: two that agree",
    "7.1: chunks: an open quote in an extension",
    "7.1: chunks: bare LF at the end",
    "7.1: chunks: a trailer with a space before the colon",
    "7.1: chunks: a trailer without a colon",
    "7.1: chunks: a folded trailer",
    "7.1: chunks: a trailer with NUL",
    "RFC 9110, 9.3: methods that have no body: TRACE with Content-Length",
    "RFC 9110, 9.3: methods that have no body: TRACE with chunks",
  ],
};

test(`docs/from_node_http.md: the example of ${HEADING} runs to its end`, async (t) => {
  const section = PAGE.split(/^## /m).find((part) => part.startsWith(`${HEADING}\n`)) ?? "";
  const [, code = ""] = /^```js\n([^]*?)^```$/m.exec(section) ?? [];
  assert(code.includes("throw"), "it checks what it says");
  const folder = mkdtempSync(join(tmpdir(), "incoming-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "example.mjs");
  writeFileSync(file, code);
  await import(pathToFileURL(file).href);
});

test(`docs/from_node_http.md: ${HEADING} is as strict as the table says`, async (t) => {
  const server = await startNative();
  t.defer(server.close);
  const cases = OWN_CASES.filter(({ name, status }) =>
    /^[45]/.test(status) && !name.endsWith(", second")
  );
  const answers = await Promise.all(cases.map(async ({ name, text }) => {
    const answer = await firstAnswer(server.port, text);
    return /^HTTP\/1\.1 200/.test(answer) ? [name] : [];
  }));
  assertEquals(answers.flat(), [...ANSWERED[runtime]]);
});

/** What begins to come back for a text. */
async function firstAnswer(port: number, text: string): Promise<string> {
  const peer = await connectSocket({ transport: "tcp", hostname: "127.0.0.1", port });
  const timer = setTimeout(() => peer.destroy(), SILENCE_MS);
  try {
    const sent = peer.write(bytesOf(text)).catch(() => undefined);
    const chunk = await peer.read();
    await sent;
    return chunk === null ? "" : latin1(chunk);
  } catch {
    return "";
  } finally {
    clearTimeout(timer);
    peer.destroy();
  }
}
