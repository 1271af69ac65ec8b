import { assert, assertEquals } from "#assert";
import fc from "fast-check";
import { NetworkError } from "../../core/errors.ts";
import { formatIp, parseIp } from "../../core/ip_network.ts";
import { ProxyHeaderReader } from "../../core/proxy_header.ts";
import { test } from "../support/harness.ts";
import { joined, unixField, v1, v2 } from "../support/proxy_headers.ts";

const MAX_BYTES = 4_096;

const bytes = (length: number) => fc.array(fc.nat(255), { minLength: length, maxLength: length });
const port = fc.nat(65_535);
const extensions = fc.array(fc.nat(255), { maxLength: 300 });
const v4 = bytes(4).map((address) => formatIp(Uint8Array.from(address)));
const v6 = bytes(16).map((address) => formatIp(Uint8Array.from(address)));
const portBytes = ([a, b]: readonly number[]) => [a, b].flatMap((p = 0) => [p >> 8, p & 255]);

/** Headers as a proxy makes them. */
const sound = fc.oneof(
  fc.tuple(v4, v4, port, port).map((fields) => v1(`TCP4 ${fields.join(" ")}`)),
  fc.tuple(v6, v6, port, port).map((fields) => v1(`TCP6 ${fields.join(" ")}`)),
  fc.string({ maxLength: 80 }).filter((text) => /^[ -~]*$/.test(text)).map((text) =>
    v1(`UNKNOWN ${text}`)
  ),
  fc.tuple(bytes(8), fc.array(port, { minLength: 2, maxLength: 2 }), extensions).map(
    ([addresses, ports, more]) => v2({ body: [...addresses, ...portBytes(ports), ...more] }),
  ),
  fc.tuple(bytes(32), fc.array(port, { minLength: 2, maxLength: 2 }), extensions).map(
    ([addresses, ports, more]) =>
      v2({ family: 0x21, body: [...addresses, ...portBytes(ports), ...more] }),
  ),
  fc.tuple(fc.constantFrom("", "/run/x", "\0name"), extensions).map(
    ([path, more]) => v2({ family: 0x31, body: [...unixField(path), ...unixField("/y"), ...more] }),
  ),
  extensions.map((body) => v2({ command: 0x20, family: 0, body })),
);

/** The same, with some bytes changed, or cut off. */
const damaged = fc.tuple(
  sound,
  fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 3 }),
  fc.nat(300),
)
  .map(([header, changes, length]) => {
    const copy = header.slice(0, length);
    for (const [at, byte] of changes) if (at < copy.length) copy[at] = byte;
    return copy;
  });

const input = fc.oneof(damaged, fc.uint8Array({ maxLength: 300 }), sound);
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 40 });

/** What comes of an input in these pieces: the end, the addresses, how many bytes were the header's. */
function outcome(all: Uint8Array, lengths: readonly number[]): unknown {
  const reader = new ProxyHeaderReader(MAX_BYTES);
  try {
    for (let at = 0, i = 0; at < all.length; i++) {
      const chunk = all.subarray(at, at + (lengths[i] ?? all.length));
      at += chunk.length;
      const rest = reader.push(chunk);
      if (rest !== undefined) return { ends: reader.ends, header: at - rest.length };
    }
    return "more";
  } catch (error) {
    assert(error instanceof NetworkError, String(error));
    assert(error.code === "EBADMSG" || error.code === "EMSGSIZE", error.code);
    return error.message;
  }
}

test("ProxyHeaderReader gives the same however the bytes are cut", () => {
  fc.assert(
    fc.property(input, cuts, (all, lengths) => {
      const whole = outcome(all, []);
      assertEquals(outcome(all, lengths), whole);
      assertEquals(outcome(all, new Array<number>(all.length).fill(1)), whole);
    }),
    { numRuns: 1_000 },
  );
});

test("ProxyHeaderReader takes every header that is sound, and not a byte more", () => {
  fc.assert(
    fc.property(sound, fc.uint8Array({ maxLength: 20 }), (header, rest) => {
      const read = outcome(joined(header, rest), []) as { header: number };
      assertEquals(read.header, header.length);
    }),
    { numRuns: 1_000 },
  );
});

test("ProxyHeaderReader is not done before the last byte of the header", () => {
  fc.assert(
    fc.property(sound, fc.nat(), (header, cut) => {
      assertEquals(outcome(header.subarray(0, cut % header.length), []), "more");
    }),
    { numRuns: 1_000 },
  );
});

test("parseIp() and formatIp() are each other's reverse", () => {
  fc.assert(
    fc.property(fc.oneof(bytes(4), bytes(16)), (address) => {
      assertEquals([...parseIp(formatIp(Uint8Array.from(address))) ?? []], address);
    }),
    { numRuns: 1_000 },
  );
});
