/** The options of serveParallel. */

import { assert, assertEquals, assertStringIncludes } from "#assert";
import { availableParallelism } from "node:os";
import { NotSupported } from "../../core/errors.ts";
import { canMoveSockets } from "../../parallel/launch_thread.ts";
import { type AnyParallelOptions, resolveParallelOptions } from "../../parallel/options.ts";
import { certificateOf } from "../conformance/sockets/tls_files.ts";
import { runtime, test } from "../support/harness.ts";

/** What `options` are refused with. */
function refusal(options: object): Error {
  try {
    // What they are is what is looked at.
    resolveParallelOptions(options as AnyParallelOptions);
  } catch (error) {
    assert(error instanceof Error, String(error));
    return error;
  }
  throw new Error(`they are taken: ${JSON.stringify(options)}`);
}

test("what is not given has its default", () => {
  const { workers, means, limit, grace, hangTimeout, listen, onEvent, onMessage } =
    resolveParallelOptions({ port: 80 });
  assertEquals([workers, means], [
    availableParallelism(),
    canMoveSockets() ? "threads" : "processes",
  ]);
  assertEquals([limit, grace, hangTimeout], [Infinity, 10_000, 30_000]);
  assert(
    listen.path === undefined && listen.port === 80 && listen.hostname === "127.0.0.1",
    "listen",
  );
  onEvent({ type: "replaced", worker: 0 });
  onMessage("nobody hears it", { worker: 0, restarts: 0, post: () => undefined });
});

test("what is given is taken, and a callback that throws stops nothing", () => {
  const told: unknown[] = [];
  const tell = (value: unknown): never => {
    told.push(value);
    throw new Error("although it must not");
  };
  const { workers, means, limit, grace, hangTimeout, onEvent, onMessage } = resolveParallelOptions({
    path: "a.sock",
    workers: 3,
    limit: 5,
    grace: 0,
    hangTimeout: Infinity,
    onEvent: tell,
    onMessage: tell,
  });
  onEvent({ type: "replaced", worker: 0 });
  onMessage("hello", { worker: 0, restarts: 0, post: () => undefined });
  assertEquals(told, [{ type: "replaced", worker: 0 }, "hello"]);
  // A connection over a unix socket can be passed to a process only.
  assertEquals([workers, means, limit, grace, hangTimeout], [3, "processes", 5, 0, Infinity]);
});

test("what is wrong is refused, each with its name and what it was", () => {
  const wrong: [options: object, kind: new (message: string) => Error, text: string][] = [
    [{ workers: 0 }, RangeError, "workers must be"],
    [{ workers: 1025 }, RangeError, "got 1025"],
    [{ workers: 1.5 }, RangeError, "got 1.5"],
    [{ workers: "2" }, TypeError, 'got "2"'],
    [{ means: "fibers" }, TypeError, 'means must be "threads" or "processes", got "fibers"'],
    [{ limit: 0 }, RangeError, "limit"],
    [{ grace: -1 }, RangeError, "grace"],
    [{ hangTimeout: 0 }, RangeError, "hangTimeout"],
    [{ onEvent: 1 }, TypeError, "onEvent"],
    [{ onMessage: "1" }, TypeError, "onMessage"],
    [{ signal: {} }, TypeError, "signal"],
    [{ port: 70_000 }, RangeError, "port"],
    [{ path: "a.sock" }, TypeError, "port must be left out"],
    [{ fd: 3 }, TypeError, "port must be left out"],
    [{ tls: {} }, TypeError, "tls.cert"],
  ];
  for (const [options, kind, text] of wrong) {
    const error = refusal({ port: 0, ...options });
    assert(error instanceof kind, `${JSON.stringify(options)}: ${error}`);
    assertStringIncludes(error.message, text);
    assert(error.message.startsWith("Cannot "), error.message);
  }
  assert(refusal(5 as unknown as object) instanceof TypeError, "a number");
});

test("what cannot be had here is NotSupported, with the option and the runtime", () => {
  const impossible: [options: object, text: string][] = [
    [{ path: "a.sock", means: "threads" }, 'means "threads" excludes the option path'],
  ];
  if (!canMoveSockets()) {
    impossible.push([{ port: 0, means: "threads" }, "needs Node 24.21 or 26.6"]);
  }
  const both = {
    port: 0,
    workers: 2,
    tls: certificateOf("server"),
    proxyProtocol: { trust: ["::1"] },
  };
  if (runtime === "bun") {
    impossible.push([both, "Bun cannot put TLS on a socket of which was read"]);
  } else assertEquals(resolveParallelOptions(both).workers, 2);
  for (const [options, text] of impossible) {
    const error = refusal(options);
    assert(error instanceof NotSupported, String(error));
    assertStringIncludes(error.message, text);
  }
});

test("the reason of a signal that has aborted is thrown", () => {
  const reason = new Error("too late");
  assertEquals(refusal({ port: 0, signal: AbortSignal.abort(reason) }), reason);
});
