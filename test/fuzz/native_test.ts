/**
 * The same bent requests for serveHttp and for the runtime's own server, over sockets: what that one
 * refuses is refused here too, and what both accept means the same to both.
 */

import { assert, assertEquals } from "#assert";
import { echo, fieldOf, wholeAnswersIn } from "../http_cases/answers.ts";
import { bytesOf, latin1 } from "../http_cases/wire.ts";
import { connectSocket } from "../conformance/sockets/socket_peer.ts";
import { runtime, test, type TestContext } from "../support/harness.ts";
import { Seeded } from "../support/seeded.ts";
import { serveHttp } from "../../http/serve_http.ts";
import { listen } from "../../mod.ts";
import { AGREED } from "./agreed.ts";
import { mutatedPlain } from "./mutate.ts";
import { startNative } from "./native.ts";
import { reference } from "./reference.ts";

/** Texts that the reference finds whole, or refuses. */
const SAMPLE = 1_000;
const AT_ONCE = 50;
/** After this, a server that says nothing waits for more; in milliseconds. */
const SILENCE_MS = 2_000;
/** Makes a server close that has understood all there is. */
const LAST = "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

interface Outcome {
  /** What was accepted, in order. */
  readonly accepted: readonly string[];
  /** Their methods, as they were sent. */
  readonly methods: readonly string[];
  /** The status of a refusal; 0 when there is none. */
  readonly refused: number;
  /** Whether it closed the connection. */
  readonly closed: boolean;
}

/** What a server does with a text; it has as long as it says something. */
async function outcome(port: number, text: string): Promise<Outcome> {
  const peer = await connectSocket({ transport: "tcp", hostname: "127.0.0.1", port });
  let [got, closed] = ["", false];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silent = () => peer.destroy();
  try {
    timer = setTimeout(silent, SILENCE_MS);
    const sent = peer.write(bytesOf(text)).catch(() => undefined);
    for (let chunk = await peer.read(); chunk !== null; chunk = await peer.read()) {
      got += latin1(chunk);
      clearTimeout(timer);
      timer = setTimeout(silent, SILENCE_MS);
    }
    closed = true;
    await sent;
  } catch {
    closed = !peer.socket.destroyed || got !== "";
  } finally {
    clearTimeout(timer);
    peer.destroy();
  }
  const answers = wholeAnswersIn(got).filter(({ status }) => status >= 200);
  const whole = answers.filter(({ status }) => status === 200);
  const methods = whole.map((answer) => fieldOf(answer, "x-method") ?? "");
  const accepted = whole.map((answer) => {
    const method = fieldOf(answer, "x-method")?.toUpperCase();
    // Not every server shows a handler the body of GET.
    const body = method === "GET" ? "" : answer.body;
    return JSON.stringify([method, fieldOf(answer, "x-target"), body]);
  });
  const refused = answers.find(({ status }) => status !== 200)?.status ?? 0;
  return { accepted, methods, refused, closed };
}

async function start(t: TestContext): Promise<{ own: number; native: number; name: string }> {
  const native = await startNative();
  t.defer(native.close);
  const stop = new AbortController();
  const listener = await listen({ port: 0 });
  const served = serveHttp(listener, echo, { signal: stop.signal, grace: 0 });
  t.defer(async () => {
    stop.abort();
    await served;
  });
  return { own: listener.addr.port, native: native.port, name: native.name };
}

/** Bent texts with one meaning, or none. */
function sample(): { seed: number; text: string }[] {
  const texts: { seed: number; text: string }[] = [];
  for (let seed = 1_000_000; texts.length < SAMPLE; seed++) {
    const text = mutatedPlain(new Seeded(seed)) + LAST;
    const { end } = reference(text);
    if (end === "last" || end === "refused") texts.push({ seed, text });
  }
  return texts;
}

test(`serveHttp is as strict as the server of ${runtime}, and frames as it does`, async (t) => {
  const { own, native, name } = await start(t);
  const agreed = AGREED[name] ?? {};
  const wrong: string[] = [];
  const counts = { same: 0, stricter: 0, agreed: 0 };
  const texts = sample();
  const compareNext = async (): Promise<void> => {
    for (let one = texts.pop(); one !== undefined; one = texts.pop()) {
      const { seed, text } = one;
      const [ours, theirs] = [await outcome(own, text), await outcome(native, text)];
      const known = Object.values(agreed).some((is) => is(text, ours.methods));
      const common = Math.min(ours.accepted.length, theirs.accepted.length);
      const same = shown(ours, common) === shown(theirs, common);
      const [refused, refusedThere] = [isRefused(ours), isRefused(theirs)];
      // Where both refuse, theirs may have lost the answers that it had still to give.
      if (ours.refused === 500) wrong.push(`seed ${seed}: 500: ${JSON.stringify(text)}`);
      else if (same && refused === refusedThere) counts.same++;
      else if (same && refused) counts.stricter++;
      else if (known) counts.agreed++;
      else {
        wrong.push(`seed ${seed}: ${JSON.stringify(text)}: ${show(ours)}, ${name} ${show(theirs)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, compareNext));
  assert(wrong.length === 0, `${wrong.length} differ:\n${wrong.slice(0, 10).join("\n\n")}`);
  assertEquals(counts.same + counts.stricter + counts.agreed, SAMPLE);
  assert(counts.same > 0.8 * SAMPLE, `too little to compare: ${JSON.stringify(counts)}`);
}, { timeout: 60_000 });

/** The first of the requests that were accepted. */
function shown({ accepted }: Outcome, count: number): string {
  return accepted.slice(0, count).join();
}

/** Whether it has not understood all of the text: its end asks the server to close. */
function isRefused({ accepted }: Outcome): boolean {
  return !accepted.some((one) => one.includes('"/last"'));
}

function show({ accepted, refused, closed }: Outcome): string {
  return `${accepted.join(" ")} then ${refused}${closed ? ", closed" : ""}`;
}
