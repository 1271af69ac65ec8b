/**
 * Contract, sentences 1 to 3: listening.
 */

import { NotSupported } from "../../core/errors.ts";
import type { ListenOptions } from "../../core/listener.ts";
import { ensure, equal, failsWith, failure, soon } from "./check.ts";
import { type Case, withListener } from "./subject.ts";

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
];

/** The options that not every adapter has. */
const OPTIONAL: readonly (readonly [keyof ListenOptions, Partial<ListenOptions>])[] = [
  ["backlog", { backlog: 64 }],
  ["ipv6Only", { ipv6Only: true, hostname: "::1" }],
  ["reusePort", { reusePort: true }],
];

export const listeningCases: readonly Case[] = [
  {
    name: "1. listen() resolves when it is bound, with the real port",
    run: (subject) =>
      withListener(subject, {}, async (listener) => {
        const { hostname, port } = listener.addr;
        ensure(Number.isInteger(port) && port > 0, `the port: ${port}`);
        if (subject.differences.hasNetwork) equal(hostname, "127.0.0.1", "the default hostname");
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
        await withListener(subject, { hostname }, (listener) => {
          ensure(
            expected.test(listener.addr.hostname),
            `${hostname} is reported as ${listener.addr.hostname}`,
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
        const error = await failure(subject.listen(options as Partial<ListenOptions>), what);
        ensure(
          error instanceof Error && error.name === expected,
          `${what}: expected a ${expected}, got ${String(error)}`,
        );
        ensure(
          /^Cannot listen: \w+ must be .*, got /.test((error as Error).message),
          `${what}: ${(error as Error).message}`,
        );
      }
    },
  },
  {
    name: "2. an option that cannot be honoured is NotSupported, every other one works",
    run: async (subject) => {
      const refused = async (options: Partial<ListenOptions>, what: string) => {
        const error = await failsWith("ENOTSUP", subject.listen(options), what);
        ensure(error instanceof NotSupported, `${what}: the class of ${String(error)}`);
      };
      await refused({ path: "/nowhere/a.sock" }, "path");
      await refused({ tls: {} }, "tls");
      for (const [name, options] of OPTIONAL) {
        if (subject.differences.refusedOptions.includes(name)) await refused(options, name);
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
        { reusePort: true },
        ({ addr }) =>
          withListener(subject, { reusePort: true, port: addr.port }, (second) => {
            equal(second.addr.port, addr.port, "the port of the second");
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
      await withListener(subject, {}, async ({ addr }) => {
        const error = await failsWith(
          "EADDRINUSE",
          subject.listen({ port: addr.port }),
          "a port in use",
        );
        ensure(
          (error as Error).message.includes(`127.0.0.1:${addr.port}`),
          "the message names the address",
        );
        ensure((error as Error).cause !== undefined, "the cause is the runtime's error");
      });
      const { unknownHostCode = "ENOTFOUND", notLocalCode = "EADDRNOTAVAIL" } = subject.differences;
      await failsWith(
        unknownHostCode,
        subject.listen({ hostname: "no-such-host.invalid" }),
        "an unknown host",
      );
      await failsWith(
        notLocalCode,
        subject.listen({ hostname: "192.0.2.1" }),
        "an address of another machine",
      );
    },
  },
];
