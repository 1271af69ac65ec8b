import { assertEquals } from "#assert";
import { contains, formatIp, parseIp, parseNetwork } from "../../core/ip_network.ts";
import { test } from "../support/harness.ts";

/** The address, read and written again; `undefined` when it is none. */
function again(text: string): string | undefined {
  const bytes = parseIp(text);
  return bytes && formatIp(bytes);
}

test("parseIp() and formatIp() give the one form that is recommended", () => {
  const cases: [string, string][] = [
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    ["::", "::"],
    ["::1", "::1"],
    ["1::", "1::"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:0db8::0001", "2001:db8::1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
    ["::ffff:1.2.3.4", "::ffff:1.2.3.4"],
    ["::FFFF:0102:0304", "::ffff:1.2.3.4"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
    ["1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"],
  ];
  for (const [text, expected] of cases) assertEquals(again(text), expected, text);
});

test("parseIp() refuses what is no address", () => {
  const none = [
    "",
    "1",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "01.2.3.4",
    "1.2.3.4 ",
    "1.2.3.-4",
    "0x1.2.3.4",
  ];
  none.push(
    ":",
    ":::",
    "1:",
    ":1",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "g::",
    "12345::",
  );
  none.push(
    "1:2:3:4:5:6:7:8::",
    "::1.2.3",
    "1.2.3.4::",
    "::1.2.3.4:1",
    "fe80::1%eth0",
    "[::1]",
    "::1/8",
  );
  none.push("1:2:3:4:5:6:7:1.2.3.4", `${"0".repeat(1_000)}::`, "localhost", "::é");
  for (const text of none) assertEquals(parseIp(text), undefined, text);
});

test("contains() looks at the leading bits", () => {
  const cases: [network: string, inside: string[], outside: string[]][] = [
    ["127.0.0.1", ["127.0.0.1", "::ffff:127.0.0.1"], ["127.0.0.2", "::1", "126.0.0.1"]],
    ["10.0.0.0/8", ["10.255.255.255", "::ffff:10.1.2.3"], ["11.0.0.0", "9.255.255.255", "a00::"]],
    ["10.1.2.3/8", ["10.9.9.9"], ["11.1.2.3"]],
    ["192.168.4.0/22", ["192.168.4.0", "192.168.7.255"], ["192.168.3.255", "192.168.8.0"]],
    ["0.0.0.0/0", ["1.2.3.4", "::ffff:1.2.3.4"], ["::1"]],
    ["::/0", ["::1", "ff::"], ["1.2.3.4", "::ffff:1.2.3.4"]],
    ["::ffff:10.0.0.0/104", ["10.1.2.3"], ["11.0.0.0"]],
    ["::ffff:10.0.0.1", ["10.0.0.1"], ["10.0.0.2"]],
    ["fd00::/9", ["fd00::1", "fd7f::"], ["fd80::", "fc00::"]],
    ["::1", ["::1"], ["::2", "::1:1"]],
  ];
  for (const [text, inside, outside] of cases) {
    const network = parseNetwork(text);
    const within = (address: string) => {
      const bytes = parseIp(address);
      return network && bytes && contains(network, bytes);
    };
    for (const address of inside) assertEquals(within(address), true, `${address} in ${text}`);
    for (const address of outside) assertEquals(within(address), false, `${address} in ${text}`);
  }
});

test("parseNetwork() refuses what is no network", () => {
  const none = [
    "",
    "/8",
    "10.0.0.0/",
    "10.0.0.0/33",
    "10.0.0.0/08",
    "10.0.0.0/-1",
    "::/129",
    "::/1/2",
  ];
  for (const text of [...none, "10.0.0.0/8 ", "a/8"]) {
    assertEquals(parseNetwork(text), undefined, text);
  }
});
