import { assertEquals, assertThrows } from "#assert";
import { UsageError } from "../../program/failures.ts";
import { settingsOf } from "../../program/settings.ts";
import { test } from "../support/harness.ts";

const PIPE = { terminal: false, socket: undefined };
const TERMINAL = { terminal: true, socket: undefined };

test("settingsOf() fills in the defaults", () => {
  assertEquals(settingsOf({}, PIPE), {
    site: { root: undefined, cors: false, spa: false, listing: false, metrics: undefined },
    place: { hostname: undefined, port: 7878 },
    certificate: undefined,
    workers: 1,
    limit: 10_000,
    log: "none",
    quiet: false,
    notice: 0,
  });
});

test("settingsOf() takes what is said", () => {
  const args = { cert: "c", key: "k", workers: 2, limit: 3, notice: 4, quiet: true } as const;
  const site = { root: "r", cors: true, spa: true, metrics: "/m" } as const;
  const settings = settingsOf({ ...args, ...site, port: 0, hostname: "::" }, PIPE);
  assertEquals(settings.site, { ...site, listing: false });
  assertEquals(settings.place, { hostname: "::", port: 0 });
  assertEquals(settings.certificate, { cert: "c", key: "k" });
  const { workers, limit, notice, quiet } = settings;
  assertEquals([workers, limit, notice, quiet], [2, 3, 4000, true]);
});

test("settingsOf() logs where somebody looks, if nothing else is said", () => {
  assertEquals(settingsOf({}, TERMINAL).log, "common");
  assertEquals(settingsOf({ quiet: true }, TERMINAL).log, "none");
  assertEquals(settingsOf({ log: "none" }, TERMINAL).log, "none");
  assertEquals(settingsOf({ log: "json" }, PIPE).log, "json");
});

test("settingsOf() gives a unix socket the mode 660", () => {
  assertEquals(settingsOf({ unix: "x" }, PIPE).place, { path: "x", mode: 0o660 });
  assertEquals(settingsOf({ unix: "x", mode: 0 }, PIPE).place, { path: "x", mode: 0 });
});

test("settingsOf() takes the socket that was passed on, and no other place then", () => {
  const surroundings = { terminal: false, socket: 3 };
  assertEquals(settingsOf({ workers: 2 }, surroundings).place, { fd: 3 });
  for (const args of [{ unix: "x" }, { port: 0 }, { hostname: "::" }]) {
    const { message } = assertThrows(() => settingsOf(args, surroundings), UsageError);
    const [name] = Object.keys(args);
    assertEquals(message, `Cannot listen: a socket was passed on, and --${name} asks for another`);
  }
});
