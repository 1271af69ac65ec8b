import { assertEquals } from "#assert";
import fc from "fast-check";
import { connectionPair } from "../../adapters/memory.ts";
import { BufferedReader } from "../../core/buffered_reader.ts";
import type { Connection } from "../../core/connection.ts";
import { encodeFrame, frames } from "../../core/frames.ts";
import { lines } from "../../core/lines.ts";
import { test } from "../support/harness.ts";
import { ChunkReader, concat } from "../support/readers.ts";
import { check } from "./scheduled.ts";

/** One call of a BufferedReader. */
type Call =
  | { readonly name: "read" }
  | { readonly name: "readExactly" | "peek"; readonly count: number }
  | { readonly name: "readUntil"; readonly delimiter: number[]; readonly limit: number }
  | { readonly name: "readLine"; readonly limit: number; readonly fatal: boolean };

// Few different bytes, so that delimiters come, nearly come and come twice; 0xc3 begins an "ü".
const byte = fc.constantFrom(0x61, 0x62, 0x0a, 0x0d, 0xc3, 0xbc);
const input = fc.array(byte, { maxLength: 60 });
const cuts = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 60 });
const limit = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(Infinity));
const call: fc.Arbitrary<Call> = fc.oneof(
  fc.record({ name: fc.constant("read" as const) }),
  fc.record({
    name: fc.constantFrom("readExactly" as const, "peek" as const),
    count: fc.nat(12),
  }),
  fc.record({
    name: fc.constant("readUntil" as const),
    delimiter: fc.array(byte, { minLength: 1, maxLength: 4 }),
    limit,
  }),
  fc.record({ name: fc.constant("readLine" as const), limit, fatal: fc.boolean() }),
);
const calls = fc.array(call, { maxLength: 25 });

/** The input in pieces; what the cuts leave over is the last one. */
function cut(all: readonly number[], lengths: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (const length of [...lengths, Infinity]) {
    if (at >= all.length) break;
    chunks.push(Uint8Array.from(all.slice(at, at + length)));
    at += length;
  }
  return chunks;
}

/** What a call gives or fails with, in a form that can be compared. */
async function outcomeOf(promise: Promise<Uint8Array | string | null>): Promise<unknown> {
  try {
    const value = await promise;
    return value instanceof Uint8Array ? [...value] : value;
  } catch (error) {
    return `failed: ${(error as { code?: string }).code ?? String(error)}`;
  }
}

function start(reader: BufferedReader, call: Call): Promise<Uint8Array | string | null> {
  if (call.name === "read") return reader.read();
  if (call.name === "readLine") return reader.readLine(call);
  if (call.name !== "readUntil") return reader[call.name](call.count);
  return reader.readUntil(Uint8Array.from(call.delimiter), call.limit);
}

/** The same on a plain array that has all of the input: what a call gives, and how much it takes. */
function model(rest: readonly number[], call: Call, end: string | null): [unknown, number] {
  /** What happens when all that is left is not enough. */
  const short = (): [unknown, number] => [end ?? "failed: EEOF", 0];
  if (call.name === "readExactly") {
    return rest.length < call.count ? short() : [rest.slice(0, call.count), call.count];
  }
  if (call.name === "peek") {
    return rest.length < call.count && end !== null ? short() : [rest.slice(0, call.count), 0];
  }
  if (call.name === "readUntil") {
    const { delimiter } = call;
    const at = rest.findIndex((_, i) => delimiter.every((byte, j) => rest[i + j] === byte));
    if (at >= 0 && at <= call.limit) {
      return [rest.slice(0, at + delimiter.length), at + delimiter.length];
    }
    // The first place where it could still begin, if more came.
    let may = at;
    if (at < 0) may = rest.findIndex((_, i) => rest.slice(i).every((b, j) => b === delimiter[j]));
    if ((may < 0 ? rest.length : may) > call.limit) return ["failed: EMSGSIZE", 0];
    return rest.length === 0 && end === null ? [null, 0] : short();
  }
  if (call.name === "readLine") {
    const at = rest.indexOf(0x0a);
    let line = at < 0 ? rest : rest.slice(0, at);
    const taken = at < 0 ? rest.length : at + 1;
    // Without an end of file, a CR at the end may still become a CRLF.
    if (line.at(-1) === 0x0d && (at >= 0 || end !== null)) line = line.slice(0, -1);
    if (line.length > call.limit) return ["failed: EMSGSIZE", 0];
    if (at < 0 && end !== null) return short();
    if (rest.length === 0) return [null, 0];
    try {
      const decoder = new TextDecoder("utf-8", { fatal: call.fatal, ignoreBOM: true });
      return [decoder.decode(Uint8Array.from(line)), taken];
    } catch {
      return ["failed: EILSEQ", 0];
    }
  }
  throw new Error("read() depends on the chunks");
}

/** Holds every call on `reader` to the model; `end` is what it fails with at the end of the input. */
async function compare(
  reader: BufferedReader,
  all: readonly number[],
  script: readonly Call[],
  end: string | null,
): Promise<void> {
  let rest = all;
  for (const call of [...script, { name: "read" as const }]) {
    const given = await outcomeOf(start(reader, call));
    if (call.name !== "read") {
      const [expected, taken] = model(rest, call, end);
      assertEquals(given, expected, JSON.stringify(call));
      rest = rest.slice(taken);
    } else if (rest.length === 0) {
      assertEquals(given, end);
    } else {
      // Any piece, but it is what comes next.
      const piece = given as number[];
      assertEquals([piece.length > 0, piece], [true, rest.slice(0, piece.length)]);
      rest = rest.slice(piece.length);
    }
  }
  // Whatever has failed: no byte is lost.
  const left: number[] = [];
  for (;;) {
    const given = await outcomeOf(reader.read());
    if (!Array.isArray(given)) {
      assertEquals(given, end);
      break;
    }
    left.push(...given as number[]);
  }
  assertEquals(left, rest);
}

test("BufferedReader equals an array of all bytes, however they are cut", async () => {
  await check(fc.asyncProperty(input, cuts, calls, async (all, lengths, script) => {
    const reader = new BufferedReader(new ChunkReader(cut(all, lengths)));
    await compare(reader, all, script, null);
  }));
});

test("BufferedReader equals an array of all bytes that ends with a failure", async () => {
  await check(fc.asyncProperty(input, cuts, calls, async (all, lengths, script) => {
    const failure = Object.assign(new Error("no"), { code: "ECONNRESET" });
    const reader = new BufferedReader(new ChunkReader(cut(all, lengths), failure));
    await compare(reader, all, script, "failed: ECONNRESET");
  }));
});

test("BufferedReader holds no more than the call may take, and one chunk", async () => {
  await check(fc.asyncProperty(input, cuts, calls, async (all, lengths, script) => {
    const chunks = cut(all, lengths);
    const reader = new BufferedReader(new ChunkReader(chunks));
    const longest = Math.max(0, ...chunks.map(({ length }) => length));
    for (const call of script) {
      const before = reader.buffered;
      await outcomeOf(start(reader, call));
      let most = 0;
      if ("count" in call) most = call.count;
      if ("limit" in call) most = call.limit + 4;
      assertEquals(reader.buffered <= Math.max(before, most + longest), true, JSON.stringify(call));
    }
  }));
});

const pairOptions = fc.oneof(
  fc.constant({ clogged: true }),
  fc.record({ capacity: fc.integer({ min: 1, max: 20 }) }),
);

/** Sends the chunks, each as one write, and the end. */
async function send(connection: Connection, chunks: readonly Uint8Array[]): Promise<void> {
  for (const chunk of chunks) await connection.write(chunk);
  await connection.closeWrite();
}

test("BufferedReader over a connection equals an array of all bytes", async () => {
  await check(
    fc.asyncProperty(pairOptions, input, cuts, calls, async (options, all, lengths, script) => {
      const [client, server] = connectionPair(options);
      const sent = send(client, cut(all, lengths));
      await compare(new BufferedReader(server), all, script, null);
      await sent;
      await Promise.all([client.close(), server.close()]);
    }),
  );
});

test("lines() equals split(), however the text is cut", async () => {
  const letter = fc.constantFrom("a", "ü", "€", "😀", "\n", "\r", "\r\n", "\uFEFF", "\0");
  await check(
    fc.asyncProperty(fc.array(letter, { maxLength: 40 }), cuts, async (letters, lengths) => {
      const text = letters.join("");
      const expected = text.split(/\r?\n/);
      if (expected.at(-1) === "") expected.pop();
      const chunks = cut([...new TextEncoder().encode(text)], lengths);
      assertEquals(await Array.fromAsync(lines(new ChunkReader(chunks))), expected);
    }),
  );
});

test("frames() gives what encodeFrame() was given, however it is cut", async () => {
  const contents = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 8 });
  const format = fc.record({
    lengthBytes: fc.integer({ min: 1, max: 8 }),
    littleEndian: fc.boolean(),
  });
  await check(fc.asyncProperty(contents, format, cuts, async (given, options, lengths) => {
    const all = concat(given.map((content) => encodeFrame(content, options)));
    const read = await Array.fromAsync(frames(new ChunkReader(cut([...all], lengths)), options));
    assertEquals(read.map((frame) => [...frame]), given.map((frame) => [...frame]));
  }));
});
