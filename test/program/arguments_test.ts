import { assertEquals, assertStringIncludes, assertThrows } from "#assert";
import { readArguments } from "../../program/arguments.ts";
import { UsageError } from "../../program/failures.ts";
import { test } from "../support/harness.ts";

/** What is said of `args`. */
function refusal(...args: string[]): string {
  const { message } = assertThrows(() => readArguments(args), UsageError);
  assertStringIncludes(message, "Cannot read the arguments: ");
  assertEquals(message.includes("\n"), false);
  return message.replace("Cannot read the arguments: ", "");
}

test("readArguments() reads every flag", () => {
  assertEquals(readArguments([]), {});
  assertEquals(
    readArguments([
      "--root",
      "a b",
      "--port=0",
      "--hostname",
      "::1",
      "--workers",
      "2",
      "--limit=3",
    ]),
    { root: "a b", port: 0, hostname: "::1", workers: 2, limit: 3 },
  );
  assertEquals(
    readArguments([
      "--unix",
      "x.sock",
      "--mode",
      "0600",
      "--cert",
      "c",
      "--key=k",
      "--notice",
      "5",
    ]),
    { unix: "x.sock", mode: 0o600, cert: "c", key: "k", notice: 5 },
  );
  assertEquals(
    readArguments(["--root=.", "--cors", "--spa", "--log", "json", "--metrics", "/figures"]),
    { root: ".", cors: true, spa: true, log: "json", metrics: "/figures" },
  );
  assertEquals(readArguments(["--root", ".", "--listing", "--quiet", "--log=none"]), {
    root: ".",
    listing: true,
    quiet: true,
    log: "none",
  });
  assertEquals(readArguments(["--help", "--version"]), { help: true, version: true });
});

test("readArguments() takes the last of several values, and a value that begins with a dash", () => {
  assertEquals(readArguments(["--port", "1", "--port", "2"]), { port: 2 });
  assertEquals(readArguments(["--root=--x", "--hostname=-"]), { root: "--x", hostname: "-" });
});

test("readArguments() refuses what is no flag", () => {
  assertEquals(refusal("--bogus"), '"--bogus" is not an option; --help shows them');
  assertStringIncludes(refusal("--__proto__=1"), '"--__proto__" is not an option');
  assertStringIncludes(refusal("-p", "80"), '"-p" is not an option');
  assertStringIncludes(refusal("static"), '"static" is not an option; --root takes the folder');
  assertStringIncludes(refusal("--", "static"), '"static" is not an option');
  assertStringIncludes(refusal("--no-cors"), '"--no-cors" is not an option');
  assertStringIncludes(refusal("--a\nb"), '"--a\\nb" is not an option');
});

test("readArguments() refuses a value that is missing, or too many", () => {
  assertEquals(refusal("--port"), "--port needs a value");
  assertEquals(refusal("--port", "--help"), "--port needs a value");
  assertEquals(refusal("--cors=yes"), '--cors takes no value, got "yes"');
  assertEquals(refusal("--version="), '--version takes no value, got ""');
  for (const name of ["root", "unix", "cert", "key"]) {
    assertEquals(refusal(`--${name}`, ""), `--${name} must not be empty`);
    assertEquals(refusal(`--${name}=a\0`), `--${name} must be a path, got "a\\u0000"`);
  }
});

test("readArguments() refuses numbers that are none, or out of range", () => {
  const ranges = { port: [0, 65535], limit: [1, 1_000_000], workers: [1, 1024], notice: [0, 3600] };
  for (const [name, [min = 0, max = 0]] of Object.entries(ranges)) {
    const numbers = ["", " 1", "-1", "+1", "1.5", "0x50", "1e3", "x", "NaN", "9".repeat(400)];
    for (const value of [...numbers, `${min - 1}`, `${max + 1}`]) {
      const said = refusal(`--${name}=${value}`);
      assertStringIncludes(said, `--${name} must be an integer from ${min} to ${max}, got "`);
      assertEquals(said.length < 500, true, said);
    }
    assertEquals(readArguments([`--${name}=${max}`]), { [name]: max });
  }
});

test("readArguments() refuses other values that are wrong", () => {
  for (const mode of ["", "66", "888", "1777", "0o660", "rw"]) {
    assertStringIncludes(refusal(`--mode=${mode}`), "--mode must be three octal digits, as 660");
  }
  assertEquals(refusal("--log", "clf"), '--log must be common, json or none, got "clf"');
  for (const path of ["", "/", "metrics", "/a b", "/a?b", "/%61", "/healthz", "/é"]) {
    assertStringIncludes(refusal(`--metrics=${path}`), "--metrics must be a path of its own");
  }
});
