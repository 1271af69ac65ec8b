/**
 * What a server has answered, taken apart: by the letter of RFC 9112, since the tests judge by it.
 */

/** One answer. Bytes stand as characters of Latin-1. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** The name of the field by which {@linkcode echo} says what the request was. */
const METHOD = "x-method";

const HEAD = /^HTTP\/1\.1 ([1-5][0-9]{2}) [\t -~\x80-\xff]*\r\n((?:[^\r\n]+\r\n)*)\r\n/;
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*?)[ \t]*$/;
const CHUNK = /^([0-9A-Fa-f]+)\r\n/;

/**
 * Answers to every request with its own body, when all of that has come; and with what the request
 * was, in fields.
 */
export async function echo(request: Request): Promise<Response> {
  return echoed(request, await request.arrayBuffer());
}

/** The answer to a request with its own body; to HEAD with one that has to be left out. */
export function echoed(request: Request, body: ArrayBuffer | null): Response {
  return new Response(request.method === "HEAD" ? "left out" : body, { headers: about(request) });
}

/** The same, but as the body comes. */
export function echoStream(request: Request): Response {
  return new Response(request.body, { headers: about(request) });
}

function about({ method, url }: Request): Record<string, string> {
  return { [METHOD]: method, "x-target": targetOf(url) };
}

/** The path and query of a URL, in the same way on every runtime: they do not agree on this character. */
export function targetOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname.replaceAll("^", "%5E") + search;
}

/** The answers in `text`, in their order. Throws on what is no answer, or not a whole one. */
export function answersIn(text: string): Answer[] {
  const answers: Answer[] = [];
  for (let rest = text; rest !== "";) {
    const { answer, length } = first(rest);
    answers.push(answer);
    rest = rest.slice(length);
  }
  return answers;
}

/** The answers in `text` up to the first that breaks off. */
export function wholeAnswersIn(text: string): Answer[] {
  const answers: Answer[] = [];
  try {
    for (let rest = text; rest !== "";) {
      const { answer, length } = first(rest);
      answers.push(answer);
      rest = rest.slice(length);
    }
  } catch {
    // The rest is no whole answer.
  }
  return answers;
}

/** The status of each final answer: `"200 400"`. */
export function statusesOf(answers: readonly Answer[]): string {
  return answers.filter(({ status }) => status >= 200).map(({ status }) => status).join(" ");
}

/** The value of a field, or undefined. */
export function fieldOf({ fields }: Answer, name: string): string | undefined {
  return fields.find(([own]) => own === name)?.[1];
}

function first(text: string): { answer: Answer; length: number } {
  const [head = "", status = "", lines = ""] = HEAD.exec(text) ?? [];
  if (head === "") throw new Error(`Cannot read the answer ${show(text)}`);
  const fields = lines.split("\r\n").slice(0, -1).map((line) => {
    const [, name = "", value = ""] = FIELD.exec(line) ?? [];
    if (name === "") throw new Error(`Cannot read the field ${show(line)}`);
    return [name.toLowerCase(), value] as const;
  });
  const rest = text.slice(head.length);
  const { body, length } = bodyIn(rest, { status: Number(status), fields, body: "" });
  return { answer: { status: Number(status), fields, body }, length: head.length + length };
}

/** RFC 9112, section 6.3. */
function bodyIn(text: string, answer: Answer): { body: string; length: number } {
  const { status } = answer;
  const none = status < 200 || status === 204 || status === 304;
  if (none || fieldOf(answer, METHOD) === "HEAD") return { body: "", length: 0 };
  const [coding, size] = [fieldOf(answer, "transfer-encoding"), fieldOf(answer, "content-length")];
  if (coding !== undefined) {
    if (coding !== "chunked" || size !== undefined) {
      throw new Error(`Cannot frame ${coding}, ${size}`);
    }
    return chunksIn(text);
  }
  if (size === undefined) return { body: text, length: text.length };
  if (!/^[0-9]+$/.test(size)) throw new Error(`Cannot read the length ${size}`);
  // The head of a refusal alone, when it answers HEAD: nothing can follow it.
  if (text === "" && status >= 400) return { body: "", length: 0 };
  const length = Number(size);
  if (text.length < length) throw new Error(`Cannot read ${length} bytes of ${show(text)}`);
  return { body: text.slice(0, length), length };
}

function chunksIn(text: string): { body: string; length: number } {
  let body = "";
  for (let at = 0;;) {
    const [line = "", digits = ""] = CHUNK.exec(text.slice(at, at + 32)) ?? [];
    if (line === "") throw new Error(`Cannot read the chunk ${show(text.slice(at))}`);
    const [start, size] = [at + line.length, Number.parseInt(digits, 16)];
    at = start + size + 2;
    if (text.slice(at - 2, at) !== "\r\n") throw new Error("Cannot find the end of a chunk");
    if (size === 0) return { body, length: at };
    body += text.slice(start, start + size);
  }
}

function show(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
