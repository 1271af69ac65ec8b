/**
 * Requests bent at random, in memory: whatever is sent has one meaning, that of reference.ts, in
 * whatever pieces it comes.
 */

import { assert, assertEquals } from "#assert";
import { httpConnection } from "../../http/http_connection.ts";
import {
  type Answer,
  answersIn,
  echo,
  echoStream,
  fieldOf,
  targetOf,
  wholeAnswersIn,
} from "../http_cases/answers.ts";
import { bytesOf } from "../http_cases/wire.ts";
import { runtime, test } from "../support/harness.ts";
import { Seeded } from "../support/seeded.ts";
import { mutated } from "./mutate.ts";
import { reference, type ReferenceRequest } from "./reference.ts";
import { TextConnection } from "./text_connection.ts";

const MUTATIONS = 20_000;
/** Every text is cut at random; of these, one comes byte by byte. */
const BYTEWISE = 10;
/** Of them, so many for a handler that sends a body back as it comes. */
const STREAMED = 2_000;
/** What may be answered before all of its body has come. */
const EARLY = /(?:GET|HEAD) [^]*\n(?:Content-Length|Transfer-Encoding)/i;

/** The answers to a text, as "200 GET /a 5b…" for each; throws when something is wrong with them. */
async function answersTo(pieces: readonly Uint8Array[]): Promise<readonly Answer[]> {
  const errors: unknown[] = [];
  const peer = new TextConnection(pieces);
  await httpConnection(peer.connection, echo, {
    onRequestError: (error: unknown) => void errors.push(error),
  });
  await peer.connection.close();
  assertEquals(errors.map(String), [], "reported");
  assert(!peer.wasReset, "the connection was broken off");
  const answers = answersIn(peer.sent).filter(({ status }) => status !== 100);
  const refused = answers.findIndex(({ status }) => status !== 200);
  assert(refused < 0 || refused === answers.length - 1, "an answer follows a refusal");
  const last = answers[refused];
  assert(last === undefined || last.status >= 400, "neither answered nor refused");
  assert(last === undefined || last.status !== 500, "an error of the server's");
  assert(last === undefined || fieldOf(last, "connection") === "close", "not said to close");
  return answers;
}

/** The whole answers of a handler that sends a body back as it comes: it may break off in one. */
async function streamedTo(pieces: readonly Uint8Array[]): Promise<readonly Answer[]> {
  const peer = new TextConnection(pieces);
  await httpConnection(peer.connection, echoStream);
  await peer.connection.close();
  return wholeAnswersIn(peer.sent).filter(({ status }) => status !== 100);
}

/** What says all of an answer that counts. */
function told(answer: Answer): string {
  if (answer.status !== 200) return "refused";
  const [method, target] = [fieldOf(answer, "x-method"), fieldOf(answer, "x-target")];
  return JSON.stringify([method?.toUpperCase(), target, answer.body]);
}

/** What is told of a request that is answered. A handler sees no body of GET and HEAD. */
function expectedOf({ method, target, body }: ReferenceRequest): string {
  const url = target === "*" ? "http://a/*" : target.startsWith("/") ? `http://a${target}` : target;
  const shown = method === "GET" || method === "HEAD" ? "" : body;
  return JSON.stringify([method.toUpperCase(), targetOf(url), shown]);
}

function check(text: string, answers: readonly Answer[]): void {
  const { requests, end, begun } = reference(text);
  const expected = requests.map(expectedOf);
  const got = answers.map(told);
  if (end === "either") {
    assertEquals(got.slice(0, expected.length), expected);
    return;
  }
  // Nobody has asked for the body that breaks: one answer, whichever comes first.
  const early = begun !== undefined && /^(?:GET|HEAD)$/.test(begun.method) &&
    !got.includes("refused");
  const may = early && got.length > expected.length ? [...expected, expectedOf(begun)] : expected;
  const refused = end === "refused" || (end === "incomplete" && got.includes("refused"));
  assertEquals(got, refused && may === expected ? [...expected, "refused"] : may);
}

/** Cuts bytes at random, or everywhere. */
function cut(bytes: Uint8Array, chance: Seeded): Uint8Array[] {
  if (chance.once(BYTEWISE)) return Array.from(bytes, (byte) => Uint8Array.of(byte));
  const cuts = Array.from({ length: 1 + chance.below(4) }, () => chance.below(bytes.length + 1));
  const ends = [...new Set([...cuts, bytes.length])].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
    .filter(({ length }) => length > 0);
}

test(
  `httpConnection gives ${MUTATIONS} bent texts the one meaning they have, in any pieces, on ${runtime}`,
  async () => {
    const wrong: string[] = [];
    for (let seed = 0; seed < MUTATIONS && wrong.length < 10; seed++) {
      const chance = new Seeded(seed);
      const text = mutated(chance);
      try {
        const bytes = bytesOf(text);
        const whole = await answersTo([bytes]);
        check(text, whole);
        const pieces = await answersTo(cut(bytes, chance));
        check(text, pieces);
        if (!EARLY.test(text)) assertEquals(pieces.map(told), whole.map(told), "in pieces");
      } catch (error) {
        wrong.push(`seed ${seed}: ${JSON.stringify(text)}: ${String(error)}`);
      }
    }
    assert(wrong.length === 0, `\n${wrong.join("\n\n")}`);
  },
  { timeout: 120_000 },
);

test(
  `httpConnection never finishes the answer to a body that breaks, of ${STREAMED} texts, on ${runtime}`,
  async () => {
    const wrong: string[] = [];
    for (let seed = 0; seed < STREAMED && wrong.length < 10; seed++) {
      const chance = new Seeded(seed);
      const text = mutated(chance);
      const { requests, end, begun } = reference(text);
      const answers = await streamedTo(cut(bytesOf(text), chance));
      const expected = [...requests, ...(begun ? [{ ...begun, body: "" }] : [])].map(expectedOf);
      // Whatever was answered, and was no refusal, was asked, in this order.
      const got = answers.filter(({ status }) => status < 400).map(told);
      const common = end === "either" ? requests.length : got.length;
      if (got.slice(0, common).join() !== expected.slice(0, common).join()) {
        wrong.push(`seed ${seed}: ${JSON.stringify(text)}: ${got.join()}`);
      }
    }
    assert(wrong.length === 0, `\n${wrong.join("\n\n")}`);
  },
  { timeout: 120_000 },
);
