/**
 * Contract, sentences 1 to 3: listening.
 */

import { NotSupported } from "../../core/errors.ts";
import type { TcpAddr } from "../../core/addr.ts";
import type { Listener } from "../../core/listener.ts";
import { ensure, equal, failsWith, failure, soon } from "./check.ts";
import type { OptionalOption } from "./differences.ts";
import { type Case, type CaseOptions, withListener } from "./subject.ts";

/** PEM text with nothing in it: enough to be refused for other reasons. */
const NO_CERTIFICATE = { cert: "-----BEGIN CERTIFICATE-----", key: "-----BEGIN PRIVATE KEY-----" };

/** What is wrong, and the class of the error that says so. */
const INVALID: readonly [Record<string, unknown>, string][] = [
  [{ port: -1 }, "RangeError"],
  [{ port: 65_536 }, "RangeError"],
  [{ port: 1.5 }, "RangeError"],
  [{ port: NaN }, "RangeError"],
  [{ port: "8080" }, "TypeError"],
  [{ port: null }, "TypeError"],
  [{ port: undefined }, "TypeError"],
  [{ port: 0, hostname: "" }, "TypeError"],
  [{ port: 0, hostname: 1 }, "TypeError"],
  [{ port: 0, hostname: "127.0.0.1\0.example" }, "TypeError"],
  [{ port: 0, hostname: "a b" }, "TypeError"],
  [{ port: 0, backlog: 0 }, "RangeError"],
  [{ port: 0, backlog: "1" }, "TypeError"],
  [{ port: 0, maxPending: 0 }, "RangeError"],
  [{ port: 0, maxPending: NaN }, "RangeError"],
  [{ port: 0, reusePort: "yes" }, "TypeError"],
  [{ port: 0, ipv6Only: 1 }, "TypeError"],
  [{ port: 0, noDelay: null }, "TypeError"],
  [{ port: 0, signal: {} }, "TypeError"],
  [{ port: 0, onAcceptError: true }, "TypeError"],
  [{ port: 0, maxConnections: 0 }, "RangeError"],
  [{ port: 0, timeouts: { handshake: 0 } }, "RangeError"],
  [{ port: 0, timeouts: { idle: NaN } }, "RangeError"],
  [{ port: 0, timeouts: 1000 }, "TypeError"],
  [{ port: 0, tls: true }, "TypeError"],
  [{ port: 0, tls: { cert: "a.pem", key: "b.pem" } }, "TypeError"],
  [{ port: 0, tls: { ...NO_CERTIFICATE, alpn: [] } }, "TypeError"],
  [{ path: "" }, "TypeError"],
  [{ path: 1 }, "TypeError"],
  [{ path: "a\0b" }, "TypeError"],
  [{ path: `/${"x".repeat(107)}` }, "RangeError"],
  [{ path: "/a.sock", port: 0 }, "TypeError"],
  [{ path: "/a.sock", mode: 0o1000 }, "RangeError"],
  [{ path: "\0a", mode: 0o600 }, "TypeError"],
];

/** The options that not every adapter has. */
const OPTIONAL: readonly (readonly [OptionalOption, CaseOptions])[] = [
  ["backlog", { port: 0, backlog: 64 }],
  ["ipv6Only", { port: 0, ipv6Only: true, hostname: "::1" }],
  ["reusePort", { port: 0, reusePort: true }],
];

/** Of a listener that was asked to listen on a port. */
function tcpAddr({ addr }: Listener): TcpAddr {
  if (addr.transport !== "tcp") throw new Error(`expected a TCP address, got ${addr.transport}`);
  return addr;
}

export const listeningCases: readonly Case[] = [
  {
    name: "1. listen() resolves when it is bound, with the real port",
    run: (subject) =>
      withListener(subject, {}, async (listener) => {
        const { addr } = listener;
        if (addr.transport === "unix") ensure(addr.path !== "", "the path");
        else ensure(Number.isInteger(addr.port) && addr.port > 0, `the port: ${addr.port}`);
        if (addr.transport === "tcp") equal(addr.hostname, "127.0.0.1", "the default hostname");
        const peer = await soon(subject.connect(listener), "connecting at once");
        peer.destroy();
      }),
  },
  {
    name: "1. an address is numeric, also for a name, and also in brackets",
    run: async (subject) => {
      if (!subject.differences.hasNetwork) return;
      for (
        const [hostname, expected] of [["localhost", /^(127\.0\.0\.1|::1)$/], ["::1", /^::1$/], [
          "[::1]",
          /^::1$/,
        ]] as const
      ) {
        await withListener(subject, { port: 0, hostname }, (listener) => {
          ensure(
            expected.test(tcpAddr(listener).hostname),
            `${hostname} is reported as ${tcpAddr(listener).hostname}`,
          );
          return Promise.resolve();
        });
      }
    },
  },
  {
    name: "2. an invalid option is refused with the value, before anything is bound",
    run: async (subject) => {
      for (const [options, expected] of INVALID) {
        const what = `listen(${JSON.stringify(options)})`;
        const error = await failure(subject.listen(options as CaseOptions), what);
        ensure(
          error instanceof Error && error.name === expected,
          `${what}: expected a ${expected}, got ${String(error)}`,
        );
        const told = /^Cannot listen: [\w.]+ must (be|hold) .*, got /.test(
          (error as Error).message,
        );
        ensure(told, `${what}: ${(error as Error).message}`);
      }
    },
  },
  {
    name: "2. an option that cannot be honoured is NotSupported, every other one works",
    run: async (subject) => {
      const { refusedOptions } = subject.differences;
      const refused = async (options: CaseOptions, what: string) => {
        const error = await failsWith("ENOTSUP", subject.listen(options), what);
        ensure(error instanceof NotSupported, `${what}: the class of ${String(error)}`);
      };
      // The subjects that have them show that they work.
      if (refusedOptions.includes("path")) await refused({ path: "/nowhere/a.sock" }, "path");
      if (refusedOptions.includes("tls")) await refused({ port: 0, tls: NO_CERTIFICATE }, "tls");
      for (const [name, options] of OPTIONAL) {
        if (refusedOptions.includes(name)) await refused(options, name);
        else await withListener(subject, options, () => Promise.resolve());
      }
    },
  },
  {
    name: "2. with reusePort, two listeners have one port",
    run: async (subject) => {
      if (
        !subject.differences.hasNetwork || subject.differences.refusedOptions.includes("reusePort")
      ) return;
      await withListener(
        subject,
        { port: 0, reusePort: true },
        (first) =>
          withListener(subject, { reusePort: true, port: tcpAddr(first).port }, (second) => {
            equal(tcpAddr(second).port, tcpAddr(first).port, "the port of the second");
            return Promise.resolve();
          }),
      );
    },
  },
  {
    name: "2. a signal that has aborted refuses, one that aborts later closes the listener",
    run: async (subject) => {
      const reason = new Error("stop");
      equal(
        await failure(subject.listen({ signal: AbortSignal.abort(reason) }), "aborted"),
        reason,
        "the error",
      );
      const controller = new AbortController();
      await withListener(subject, { signal: controller.signal }, async (listener) => {
        const next = listener.incoming().next();
        controller.abort();
        equal((await soon(next, "the end of incoming()")).done, true, "incoming() is done");
        await failure(subject.connect(listener), "connecting to a closed listener");
      });
    },
  },
  {
    name: "3. an address that cannot be bound is a NetworkError with its code and cause",
    run: async (subject) => {
      if (!subject.differences.hasNetwork) return;
      await withListener(subject, { port: 0 }, async (listener) => {
        const { port } = tcpAddr(listener);
        const error = await failsWith("EADDRINUSE", subject.listen({ port }), "a port in use");
        ensure(
          (error as Error).message.includes(`127.0.0.1:${port}`),
          "the message names the address",
        );
        ensure((error as Error).cause !== undefined, "the cause is the runtime's error");
      });
      const { unknownHostCode, notLocalCode } = subject.differences;
      await failsWith(
        unknownHostCode,
        subject.listen({ port: 0, hostname: "no-such-host.invalid" }),
        "an unknown host",
      );
      await failsWith(
        notLocalCode,
        subject.listen({ port: 0, hostname: "192.0.2.1" }),
        "an address of another machine",
      );
    },
  },
];
