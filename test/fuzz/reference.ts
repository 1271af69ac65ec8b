/**
 * What a text of HTTP/1.1 means, when every rule is kept and every doubt is a refusal: a second
 * reading of RFC 9112, slow and plain, for the tests to compare with. Bytes stand as characters of
 * Latin-1.
 */

/** A request that has one meaning. */
export interface ReferenceRequest {
  readonly method: string;
  readonly target: string;
  readonly body: string;
}

/** How a text ends. */
export type ReferenceEnd =
  /** After a whole request, or before any. */
  | "end"
  /** After a request that is the last of its connection. */
  | "last"
  /** In the middle of a request. */
  | "incomplete"
  /** At something that has to be refused. */
  | "refused"
  /** At something that may be answered or refused. */
  | "either";

/** What a text means. */
export interface Reference {
  readonly requests: readonly ReferenceRequest[];
  readonly end: ReferenceEnd;
  /** The request whose body is where it ends: who asks for no body may have answered it by then. */
  readonly begun: ReferenceRequest | undefined;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const REQUEST_LINE = new RegExp(`^(${TOKEN}) ([!"$-~]+) HTTP/([0-9])\\.([0-9])$`);
const FIELD = new RegExp(`^(${TOKEN}):[ \\t]*((?:[\\t -~\\x80-\\xff]*[!-~\\x80-\\xff])?)[ \\t]*$`);
const QUOTED = '"(?:[\\t !#-\\[\\]-~\\x80-\\xff]|\\\\[\\t -~\\x80-\\xff])*"';
const EXTENSION = `;[ \\t]*${TOKEN}(?:[ \\t]*=[ \\t]*(?:${TOKEN}|${QUOTED}))?`;
const CHUNK_LINE = new RegExp(`^([0-9A-Fa-f]+)((?:${EXTENSION})*)$`);
/** White space that is bad by the grammar, and to be tolerated: RFC 9112, section 7.1.1. */
const TOLERABLE = new RegExp(`^[0-9A-Fa-f]+(?:[ \\t]*${EXTENSION})*[ \\t]*$`);
const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?$/;
/** What every URL may have for a host. */
const PLAIN_HOST = /^(?:[a-z][a-z0-9]*(?:[.-][a-z][a-z0-9]*)*|\[::1\])(?::[0-9]{1,4})?$/i;

type Fields = readonly (readonly [name: string, value: string])[];

/** Where the reading stops, and why. */
class Stop {
  readonly end: ReferenceEnd;
  begun: ReferenceRequest | undefined;

  constructor(end: ReferenceEnd) {
    this.end = end;
  }
}

/** Reads a whole text. */
export function reference(text: string): Reference {
  const requests: ReferenceRequest[] = [];
  const input = new Input(text);
  try {
    for (;;) {
      const { request, last, waits } = readRequest(input);
      requests.push(request);
      // Nobody has asked for this body, so it may be on its way or not: the connection is at its end.
      if (waits) return { requests, end: "either", begun: undefined };
      if (last) return { requests, end: "last", begun: undefined };
    }
  } catch (stop) {
    if (!(stop instanceof Stop)) throw stop;
    return { requests, end: stop.end, begun: stop.begun };
  }
}

/** What is left to read. */
class Input {
  #rest: string;

  constructor(text: string) {
    this.#rest = text;
  }

  get empty(): boolean {
    return this.#rest === "";
  }

  /** Up to the next line end, which is CR LF and nothing else. */
  line(): string {
    const end = this.#rest.search(/[\r\n]/);
    if (end < 0) return this.#unended(this.#rest);
    if (this.#rest[end] === "\r" && end + 1 === this.#rest.length) {
      return this.#unended(this.#rest.slice(0, end));
    }
    if (this.#rest.slice(end, end + 2) !== "\r\n") throw new Stop("refused");
    const line = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + 2);
    return line;
  }

  bytes(count: number): string {
    if (this.#rest.length < count) throw new Stop("incomplete");
    const bytes = this.#rest.slice(0, count);
    this.#rest = this.#rest.slice(count);
    return bytes;
  }

  /** Part of a line may show already that it is to be refused; it need not. */
  #unended(_line: string): never {
    throw new Stop("incomplete");
  }
}

interface Read {
  readonly request: ReferenceRequest;
  readonly last: boolean;
  readonly waits: boolean;
}

function readRequest(input: Input): Read {
  let line = "";
  // RFC 9112, section 2.2: empty lines before a request are to be ignored.
  while (line === "") {
    if (input.empty) throw new Stop("end");
    line = input.line();
  }
  const [, method, target, major, minor] = REQUEST_LINE.exec(line) ?? [];
  if (method === undefined || target === undefined) throw new Stop("refused");
  if (major !== "1" || (minor !== "0" && minor !== "1")) throw new Stop("refused");
  const fields = readFields(input);
  checkTarget(method, target, hostOf(fields, minor));
  if (valuesOf(fields, "expect").some((value) => value.toLowerCase() !== "100-continue")) {
    throw new Stop("either");
  }
  try {
    const body = readBody(input, method, fields, minor);
    const waits = body !== "" && (method === "GET" || method === "HEAD") &&
      minor === "1" && valuesOf(fields, "expect").length > 0;
    return { request: { method, target, body }, last: isLast(fields, minor), waits };
  } catch (stop) {
    if (stop instanceof Stop) stop.begun = { method, target, body: "" };
    throw stop;
  }
}

function readFields(input: Input): Fields {
  const fields: [string, string][] = [];
  for (let line = input.line(); line !== ""; line = input.line()) {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Stop("refused");
    fields.push([name.toLowerCase(), value]);
  }
  return fields;
}

function valuesOf(fields: Fields, name: string): string[] {
  return fields.filter(([own]) => own === name).map(([, value]) => value);
}

function hostOf(fields: Fields, minor: string): string | undefined {
  const [host, ...more] = valuesOf(fields, "host");
  if (more.length > 0 || (host === undefined && minor === "1")) throw new Stop("refused");
  if (host !== undefined && !HOST.test(host)) throw new Stop("refused");
  // RFC 9110, section 4.2.1: a URL of http without a host is invalid.
  if (host === "") throw new Stop("refused");
  if (host !== undefined && !PLAIN_HOST.test(host)) throw new Stop("either");
  return host;
}

function checkTarget(method: string, target: string, host: string | undefined): void {
  // What becomes of a tunnel is not a question of framing.
  if (method === "CONNECT") throw new Stop("either");
  if (target.startsWith("/")) return;
  if (target === "*" && method === "OPTIONS") return;
  const [, authority] = /^https?:\/\/([^/?]*)/i.exec(target) ?? [];
  if (authority === undefined || authority === "" || !HOST.test(authority)) {
    throw new Stop("refused");
  }
  if (host !== undefined && authority.toLowerCase() !== host.toLowerCase()) {
    // A default port may be left out, or not.
    const bare = (name: string) => name.toLowerCase().replace(/:(80|443)?$/, "");
    throw new Stop(bare(authority) === bare(host) ? "either" : "refused");
  }
  if (!PLAIN_HOST.test(authority)) throw new Stop("either");
}

function readBody(input: Input, method: string, fields: Fields, minor: string): string {
  const codings = valuesOf(fields, "transfer-encoding");
  const lengths = valuesOf(fields, "content-length");
  // RFC 9110, section 9.3.8: a client MUST NOT send content in a TRACE request.
  if (
    method === "TRACE" && (codings.length > 0 || lengths.some((length) => !/^0+$/.test(length)))
  ) {
    throw new Stop("refused");
  }
  if (codings.length > 0) {
    if (lengths.length > 0 || minor === "0") throw new Stop("refused");
    if (codings.length > 1 || codings[0]?.toLowerCase() !== "chunked") throw new Stop("refused");
    return readChunks(input);
  }
  const [length, ...more] = lengths;
  if (length === undefined) return "";
  if (more.length > 0 || !/^[0-9]+$/.test(length)) throw new Stop("refused");
  if (BigInt(length) > BigInt(Number.MAX_SAFE_INTEGER)) throw new Stop("refused");
  return input.bytes(Number(length));
}

function readChunks(input: Input): string {
  let body = "";
  for (;;) {
    const line = input.line();
    const [, digits] = CHUNK_LINE.exec(line) ?? [];
    if (digits === undefined) throw new Stop(TOLERABLE.test(line) ? "either" : "refused");
    const size = BigInt(`0x${digits}`);
    if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw new Stop("refused");
    if (size === 0n) break;
    body += input.bytes(Number(size));
    if (input.bytes(2) !== "\r\n") throw new Stop("refused");
  }
  for (const [name] of readFields(input)) {
    // RFC 9110, section 6.5.1: framing and routing have no place here; other fields may have none.
    if (["content-length", "transfer-encoding", "host"].includes(name)) throw new Stop("refused");
    if (name === "connection") throw new Stop("either");
  }
  return body;
}

function isLast(fields: Fields, minor: string): boolean {
  const options = valuesOf(fields, "connection")
    .flatMap((value) => value.split(","))
    .map((option) => option.replace(/^[ \t]+|[ \t]+$/g, "").toLowerCase());
  if (options.includes("close")) return true;
  return minor === "0" && !options.includes("keep-alive");
}
