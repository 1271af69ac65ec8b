import { assertEquals, assertStrictEquals, assertThrows } from "#assert";
import { formatAddr } from "../../core/addr.ts";
import { NetworkError } from "../../core/errors.ts";
import { ProxyHeaderReader } from "../../core/proxy_header.ts";
import { test } from "../support/harness.ts";
import { joined, unixField, v1, v2, V4_BODY, V6_BODY } from "../support/proxy_headers.ts";

const REST = new TextEncoder().encode("the rest\r\n");

/** What is read of `header` and something behind it, at once and byte by byte. */
function read(header: Uint8Array, maxBytes = 4096): string {
  const whole = new ProxyHeaderReader(maxBytes);
  assertEquals(whole.push(joined(header, REST)), REST);
  const single = new ProxyHeaderReader(maxBytes);
  for (const [at, byte] of header.entries()) {
    const rest = single.push(Uint8Array.of(byte));
    assertEquals(rest, at === header.length - 1 ? new Uint8Array() : undefined, `byte ${at + 1}`);
  }
  assertEquals(single.ends, whole.ends);
  const { ends } = whole;
  return ends ? `${formatAddr(ends.remoteAddr)} ${formatAddr(ends.localAddr)}` : "as it is";
}

/** What is wrong with a header: its code and the reason. */
function refusal(header: Uint8Array, maxBytes = 4096): string {
  const reader = new ProxyHeaderReader(maxBytes);
  const error = assertThrows(() => {
    for (const byte of header) {
      if (reader.push(Uint8Array.of(byte)) !== undefined) return;
    }
  }, NetworkError);
  return `${error.code}: ${error.message.replace("Cannot read the PROXY header: ", "")}`;
}

test("ProxyHeaderReader reads version 1", () => {
  const cases: [string, string][] = [
    ["TCP4 192.0.2.1 198.51.100.2 1000 443", "192.0.2.1:1000 198.51.100.2:443"],
    [
      "TCP4 255.255.255.255 255.255.255.255 65535 65535",
      "255.255.255.255:65535 255.255.255.255:65535",
    ],
    ["TCP4 0.0.0.0 0.0.0.0 0 0", "0.0.0.0:0 0.0.0.0:0"],
    ["TCP6 2001:DB8::1 2001:db8:0::2 1000 443", "[2001:db8::1]:1000 [2001:db8::2]:443"],
    ["TCP6 ::ffff:192.0.2.1 ::1 1 2", "[::ffff:192.0.2.1]:1 [::1]:2"],
    ["UNKNOWN", "as it is"],
    ["UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535", "as it is"],
    [`UNKNOWN ${"x".repeat(107 - 16)}`, "as it is"],
  ];
  for (const [line, expected] of cases) assertEquals(read(v1(line)), expected, line);
});

test("ProxyHeaderReader reads version 2, and passes over its extensions", () => {
  const unix = [...unixField("/run/a.sock"), ...unixField("\0name")];
  const full = "p".repeat(108);
  const extension = [3, 0, 4, 1, 2, 3, 4, ...new Array<number>(3_000).fill(255)];
  const [four, six] = ["192.0.2.1:1000 198.51.100.2:443", "[2001:db8::1]:1000 [2001:db8::2]:443"];
  const cases: [Parameters<typeof v2>[0], string][] = [
    [{ body: V4_BODY }, four],
    [{ body: [...V4_BODY, ...extension] }, four],
    [{ family: 0x21, body: V6_BODY }, six],
    [{ family: 0x21, body: [...V6_BODY, ...extension] }, six],
    [{ family: 0x31, body: unix }, "unix:/run/a.sock unix:@name"],
    [{ family: 0x31, body: [...unix, ...extension] }, "unix:/run/a.sock unix:@name"],
    [{ family: 0x31, body: [...unixField(""), ...unixField(full)] }, `unix: unix:${full}`],
    [{ command: 0x20, body: V4_BODY }, "as it is"],
    [{ command: 0x20, family: 0 }, "as it is"],
    [{ command: 0x20 }, "as it is"],
    [{ family: 0 }, "as it is"],
    [{ family: 0, body: extension }, "as it is"],
    [{ family: 0x12, body: V4_BODY }, "as it is"],
    [{ family: 0x20, body: V6_BODY }, "as it is"],
  ];
  for (const [header, expected] of cases) assertEquals(read(v2(header)), expected);
});

test("ProxyHeaderReader refuses version 1 at the first byte that is wrong", () => {
  const line = (text: string) => new TextEncoder().encode(text);
  const cases: [Uint8Array, string][] = [
    [line("GET / HTTP/1.1\r\n"), "EBADMSG: byte 1 is 71"],
    [line("PROX "), "EBADMSG: byte 5 is 32"],
    [line("proxy TCP4"), "EBADMSG: byte 1 is 112"],
    [line("PROXY\tTCP4"), "EBADMSG: byte 6 is 9"],
    [line("PROXY UNKNOWN\n"), "EBADMSG: no CRLF, but byte 14 is 10"],
    [line("PROXY UNKNOWN\r\r\n"), "EBADMSG: no CRLF, but byte 15 is 13"],
    [line("PROXY UNKNOWN\0"), "EBADMSG: byte 14 is 0"],
    [line(`PROXY ${"x".repeat(101)}`), "EMSGSIZE: a line without an end in 107 bytes"],
    [v1(`UNKNOWN ${"x".repeat(107 - 15)}`), "EMSGSIZE: a line without an end in 107 bytes"],
    [v1(""), 'EBADMSG: the family is ""'],
    [v1("TCP5 1.2.3.4 1.2.3.4 1 2"), 'EBADMSG: the family is "TCP5"'],
    [v1("TCP4"), "EBADMSG: it has 1 fields"],
    [v1("TCP4 1.2.3.4 1.2.3.4 1 2 3"), "EBADMSG: it has 6 fields"],
    [v1("TCP4  1.2.3.4 1.2.3.4 1 2"), "EBADMSG: it has 6 fields"],
    [v1("TCP4 1.2.3.4 1.2.3.4 1 "), 'EBADMSG: the port is ""'],
    [v1("TCP4 01.2.3.4 1.2.3.4 1 2"), 'EBADMSG: the address is "01.2.3.4"'],
    [v1("TCP4 ::1 1.2.3.4 1 2"), 'EBADMSG: the address is "::1"'],
    [v1("TCP6 ::1 1.2.3.4 1 2"), 'EBADMSG: the address is "1.2.3.4"'],
    [v1("TCP4 1.2.3.4 1.2.3.4 01 2"), 'EBADMSG: the port is "01"'],
    [v1("TCP4 1.2.3.4 1.2.3.4 1 65536"), 'EBADMSG: the port is "65536"'],
    [v1("TCP4 1.2.3.4 1.2.3.4 1 +2"), 'EBADMSG: the port is "+2"'],
  ];
  for (const [header, expected] of cases) assertEquals(refusal(header), expected);
});

test("ProxyHeaderReader refuses version 2 as soon as it knows", () => {
  const wrong = v2({ body: V4_BODY });
  wrong[11] = 11;
  const cases: [Uint8Array, string][] = [
    [wrong, "EBADMSG: byte 12 is 11"],
    [v2({ command: 0x11 }), "EBADMSG: version and command are 0x11"],
    [v2({ command: 0x22 }), "EBADMSG: version and command are 0x22"],
    [v2({ family: 0x41 }), "EBADMSG: family and protocol are 0x41"],
    [v2({ family: 0x13 }), "EBADMSG: family and protocol are 0x13"],
    [v2({ length: 11 }), "EBADMSG: its addresses need 12 bytes, and it has 11"],
    [v2({ family: 0x21, length: 35 }), "EBADMSG: its addresses need 36 bytes, and it has 35"],
    [v2({ family: 0x31, length: 215 }), "EBADMSG: its addresses need 216 bytes, and it has 215"],
    [v2({ length: 65_535 }), "EMSGSIZE: 65551 bytes, more than 4096"],
    [v2({ length: 4_081 }), "EMSGSIZE: 4097 bytes, more than 4096"],
    [v2({ command: 0x20, length: 4_081 }), "EMSGSIZE: 4097 bytes, more than 4096"],
  ];
  for (const [header, expected] of cases) assertEquals(refusal(header), expected);
  const longest = v2({ family: 0, body: new Array<number>(65_535).fill(1) });
  assertEquals(read(longest, 65_551), "as it is");
});

test("ProxyHeaderReader copies nothing of what follows", () => {
  const chunk = joined(v1("UNKNOWN"), REST);
  const rest = new ProxyHeaderReader(4096).push(chunk);
  assertStrictEquals(rest?.buffer, chunk.buffer);
});
