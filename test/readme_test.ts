import { assertEquals, assertGreater } from "#assert";
import { connect as connectPlain } from "node:net";
import { connect as connectTls } from "node:tls";
import { pathToFileURL } from "node:url";
import { VERSION } from "../main.ts";
import { pathOf, RUN, runServer, ServerProcess } from "./main/server_process.ts";
import { runtime, test, type TestContext } from "./support/harness.ts";
import { examplesOf, fileOf, textOf } from "./support/markdown.ts";

const README = textOf("README.md");

/** The module of a worker, which a server names. */
const WORKER = /^\/\/ worker\.ts\n/;

/** The examples by kind: "ts", and "ts ignore" for what runs until it is stopped. */
const EXAMPLES = examplesOf(README).filter(({ code }) => !WORKER.test(code));

/** What the examples call cert.pem and key.pem. */
const CERTIFICATE: Record<string, string> = {
  cert: "test/fixtures/tls/server.crt",
  key: "test/fixtures/tls/server.key",
};

test("README.md has servers, and other examples", () => {
  assertEquals(EXAMPLES.filter(({ kind }) => kind === "ts ignore").length, 4);
  assertGreater(EXAMPLES.filter(({ kind }) => kind === "ts").length, 1);
});

for (const [index, { kind, code }] of EXAMPLES.entries()) {
  if (kind === "ts") {
    test(`README.md: example ${index + 1} runs to its end on ${runtime}`, async (t) => {
      const run = [...RUN[runtime], fileOf(t, code)];
      assertEquals(await runServer(t, [], run), { code: 0, stdout: "", stderr: "" });
    });
  } else {
    test(`README.md: the server of example ${index + 1} serves on ${runtime}`, async (t) => {
      assertEquals(code.includes("port: 7000"), true);
      const file = fileOf(
        t,
        code.replace("port: 7000", "port: 0")
          .replace(
            /"(cert|key)\.pem"/g,
            (_, kind) => JSON.stringify(pathOf(CERTIFICATE[kind] ?? "")),
          )
          .replace('"./worker.ts"', () => JSON.stringify(workerOf(t))),
      );
      const workers = runtime === "deno" && code.includes("parallel");
      const granted = workers ? ["--allow-env", "--allow-run"] : [];
      const server = new ServerProcess([], [...RUN[runtime], ...granted, file]);
      t.defer(() => server.kill("SIGKILL"));
      const [, port] = await server.said(/^Listening on port ([0-9]+)\n/);
      const echo = await echoOf(Number(port), "hello", code.includes("tls:"));
      assertEquals([echo, server.stderr], ["hello", ""]);
    });
  }
}

/** The address of README's worker. */
function workerOf(t: TestContext): string {
  const worker = examplesOf(README).find(({ code }) => WORKER.test(code));
  return pathToFileURL(fileOf(t, worker?.code ?? "")).href;
}

/** What comes back for `text`, up to the end. */
async function echoOf(port: number, text: string, secure: boolean): Promise<string> {
  let echo = "";
  const ca = textOf("test/fixtures/tls/ca.crt");
  const socket = secure
    ? connectTls({ port, host: "127.0.0.1", ca, ALPNProtocols: ["echo"] }, () => socket.end(text))
    : connectPlain(port, "127.0.0.1", () => socket.end(text));
  socket.setEncoding("utf8").on("data", (chunk: string) => echo += chunk);
  await new Promise<void>((resolve, reject) => {
    socket.on("close", () => resolve()).on("error", reject);
  });
  return echo;
}

test("README.md describes the options that the program has, with their defaults", async (t) => {
  const { stdout: help } = await runServer(t, ["--help"]);
  const told = [...help.matchAll(/^ {2}(--.*?) {2,}(.*)$/gm)].map(([, option, text = ""]) => {
    const byDefault = /\(default:? ([\w.]+)/.exec(text)?.[1];
    return [option, byDefault ?? ""];
  });
  const rows = [...README.matchAll(/^\| `(--[^`]+)` *\|[^|]*\|([^|]*)\|$/gm)];
  assertEquals(rows.map(([, option, text = ""]) => [option, text.replace(/[` ]/g, "")]), told);
});

test(`README.md: the command for a bare clone runs on ${runtime}`, async (t) => {
  const command = new RegExp(`^${runtime}( .*)? mod\\.ts`, "m").exec(README)?.[0] ?? "";
  const [, ...run] = command.split(" ");
  const { code, stdout } = await runServer(t, ["--version"], [
    ...run.slice(0, -1),
    pathOf("mod.ts"),
  ]);
  assertEquals([command === "", code, stdout], [false, 0, `${VERSION}\n`]);
});

test("README.md: the npm commands are scripts of package.json", () => {
  const { scripts } = JSON.parse(textOf("package.json"));
  const named = [...README.matchAll(/\bnpm (start|test|run [\w-]+)/g)];
  const missing = named.map(([, name = ""]) => name.replace("run ", ""))
    .filter((name) => !Object.hasOwn(scripts, name));
  assertEquals([missing, named.length > 1], [[], true]);
});
