/** Requests as an attacker writes them: a seed decides what is bent, and how. */

import type { Seeded } from "../support/seeded.ts";

/** A request that would be answered if the one before it ended somewhere else. */
export const INNER = "GET /inner HTTP/1.1\r\nHost: a\r\n\r\n";
const AFTER = "GET /after HTTP/1.1\r\nHost: a\r\n\r\n";

const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const post = (fields: string, body: string) =>
  `POST /p HTTP/1.1\r\nHost: a\r\n${fields}\r\n${body}`;

/** Where the mutations start from. */
const WHOLE: readonly string[] = [
  "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  "GET /a?b=c HTTP/1.1\r\nHost: a:80\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n",
  "HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
  "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
  "GET http://a/x HTTP/1.1\r\nHost: a\r\n\r\n",
  post(`Content-Length: ${INNER.length}\r\n`, INNER),
  post("Content-Length: 5\r\nExpect: 100-continue\r\n", "hello"),
  post("Content-Length: 0\r\n", ""),
  post("Transfer-Encoding: chunked\r\n", `${chunk("hello")}${chunk(INNER)}0\r\n\r\n`),
  post("Transfer-Encoding: chunked\r\nTrailer: A\r\n", `${chunk(INNER)}0\r\nA: b\r\n\r\n`),
  post("Transfer-Encoding: chunked\r\n", `5;a=b;c="d"\r\nhello\r\n0;e\r\n\r\n`),
];

const CODINGS = [
  "chunked",
  "Chunked",
  "CHUNKED",
  "chunked ",
  " chunked",
  "\tchunked",
  "chunked\t",
  "\x0bchunked",
  "chunked\x0b",
  "\x0cchunked",
  "chunked\xa0",
  "\xa0chunked",
  "\x85chunked",
  "chunked\0",
  "\0chunked",
  "xchunked",
  "chunkedx",
  "chunked,",
  ",chunked",
  "chunked,chunked",
  "chunked, identity",
  "identity",
  "identity, chunked",
  "gzip",
  "gzip, chunked",
  "chunked, gzip",
  "chunked;q=1",
  "chunked;",
  '"chunked"',
  "'chunked'",
  "chun ked",
  "chunk\xe9d",
  "",
  "cow",
  "trailers",
  "\rchunked",
  "\nchunked",
  "chunked\r",
  "chu\r\n nked",
  "\r\n chunked",
  "chunked\r\n ",
  "c\xe2\x84\xaaunked",
  "chunKed",
  "x\r\n\tchunked",
  "chunked\x7f",
  "0",
  "null",
] as const;

const LENGTHS = [
  "0",
  "1",
  "4",
  "5",
  "6",
  "34",
  "00",
  "05",
  "+5",
  "-5",
  "+0",
  "-0",
  "5,5",
  "5, 5",
  "5, 6",
  ",5",
  "5,",
  "5 5",
  "5 ",
  "\t5",
  "0x5",
  "0X5",
  "5.0",
  "5e0",
  "0b1",
  "0o5",
  "1_0",
  "five",
  "",
  " ",
  "5\0",
  "\x0b5",
  "5\x0c",
  "5\xa0",
  "\xb2",
  "9007199254740991",
  "9007199254740992",
  "18446744073709551615",
  "18446744073709551616",
  "4294967296",
  "4294967301",
  "99999999999999999999999999",
  "5;",
  "5#",
  '"5"',
  "NaN",
  "Infinity",
  "5\r\n 5",
  "\r\n 5",
] as const;

const HOSTS = [
  "a",
  "A",
  "a:80",
  "a:",
  "a:x",
  "a:99999",
  "",
  " ",
  "b",
  "a b",
  "a,b",
  "a, a",
  "a/b",
  "x@a",
  "a?b",
  "a#b",
  "a\\b",
  "[::1]",
  "[::1",
  "::1",
  "a\0",
  "a\tb",
  "a\xe4",
  "%61",
  "a%",
  "[::1]:80",
  "a:80:80",
  "..",
  "a..b",
  "-",
  "_",
  "http://a",
  "a;b",
] as const;

const TARGETS = [
  "/",
  "//",
  "/a",
  "/a?b",
  "/?",
  "/a#b",
  "#",
  "*",
  "",
  "a",
  "a/b",
  "http://a",
  "http://a/",
  "http://a?x",
  "HTTP://A/",
  "http://b/",
  "http://",
  "http:///",
  "http://a:80/",
  "http://x@a/",
  "ftp://a/",
  "//a/b",
  "/\\",
  "/%",
  "/%zz",
  "/%00",
  "/..",
  "/../x",
  "/a b",
  "/a\tb",
  "/\x7f",
  "/\xe4",
  "/\0",
  "/a\x0b",
  "a:80",
  "/<>",
  '/"',
  "/{}",
  "/|",
  "/^",
  "/`",
  "/__proto__",
  "https://a/",
  "file:///etc",
] as const;

const VERSIONS = [
  "HTTP/1.1",
  "HTTP/1.0",
  "HTTP/0.9",
  "HTTP/1.2",
  "HTTP/2.0",
  "HTTP/2",
  "HTTP/1",
  "HTTP/1.",
  "HTTP/.1",
  "HTTP/11",
  "HTTP/1.10",
  "HTTP/01.1",
  "HTTP/1.1 ",
  " HTTP/1.1",
  "http/1.1",
  "Http/1.1",
  "HTTP /1.1",
  "HTTP/ 1.1",
  "HTTP/1 .1",
  "HTTP/1,1",
  "HTTP/+1.1",
  "HTTP/-1.1",
  "HTP/1.1",
  "HTTPS/1.1",
  "HTTP/1.1x",
  "HTTP\\1.1",
  "HTTP/1.\xb9",
  "",
  "HTTP/1.1\0",
  "RTSP/1.0",
] as const;

const LINE_ENDS = [
  "\n",
  "\r",
  "\r\r\n",
  "\n\r",
  "\r\n\r\n",
  "\r\n ",
  "\r\n\t",
  "\0\r\n",
  "\x0b",
  "\x0c",
  "\x85",
  "\xe2\x80\xa8",
  " \r\n",
  "\t\r\n",
  "\r \n",
  "",
  "\n\n",
  "\r\n\n",
  "\r\0\n",
  "\x1e",
  "\\r\\n",
] as const;

const SPACES = [
  " ",
  "\t",
  "  ",
  "\x0b",
  "\x0c",
  "\xa0",
  "\x85",
  "\0",
  "\x1f",
  "\x7f",
  "+",
  "%20",
  "",
] as const;

const SIZES = [
  "0",
  "5",
  "05",
  "0000000000000000005",
  "+5",
  "-5",
  "0x5",
  "5h",
  "5 ",
  " 5",
  "\t5",
  "5\t",
  "",
  "g",
  "5_",
  "ffffffffffffffff",
  "10000000000000005",
  "fffffffffffffffff",
  "20000000000000",
  "7fffffffffffffff",
  "80000005",
  "100000005",
  "5\0",
  "5\x0b",
  "\xb5",
  "5.",
  "5,",
  "0;",
  "5;",
  "5 ;a",
  "5; a",
  "5;a ",
  "5;a=",
  "5;=b",
  "5;a=b=c",
  '5;a="',
  '5;a="\\"',
  '5;a="b"c',
  '5;a="b\\""',
  "5;a\nb",
  "5;a\rb",
  "5;a\0",
  "5;;",
  "5;a;",
  "5;a b",
  "5;\xe9",
  "5 0",
  "0 5",
  "00",
] as const;

const TRAILERS = [
  "A: b",
  "A : b",
  "A",
  ": b",
  "A: b\r\n c",
  "Content-Length: 5",
  "Transfer-Encoding: chunked",
  "Host: b",
  "A: \0",
  "A\t: b",
  " A: b",
  "A: b\nC: d",
  "Connection: close",
  "A: b\rC: d",
  "X@: y",
  "",
] as const;

const EXTRAS = [
  "Connection: close",
  "Connection: keep-alive",
  "Connection: Transfer-Encoding",
  "Connection: close, Host",
  "Expect: 100-continue",
  "Expect: 1",
  "Upgrade: h2c",
  "Upgrade: websocket\r\nConnection: upgrade",
  "A: b",
  "A:b",
  "A :b",
  "A: b\r\n c",
  " A: b",
  ": b",
  "A",
  "A: \x01",
  "A: \xff",
  "__proto__: b",
  "Content-Length: 5\r\nContent-Length: 5",
  "X: \r\nTransfer-Encoding: chunked",
  "X:\x0bTransfer-Encoding: chunked",
  "X: a\rTransfer-Encoding: chunked",
  "X: a\nTransfer-Encoding: chunked",
  "Transfer_Encoding: chunked",
  "Transfer-Encoding : chunked",
  "Transfer-Encoding\t: chunked",
  "Transfer-Encoding\0: chunked",
  "\x0bTransfer-Encoding: chunked",
  "TRANSFER-ENCODING: chunked",
  "Transfer-Encoding:chunked",
  "Transfer-Encoding;: chunked",
  "Content_Length: 5",
  "Content-Length : 5",
  "Content-Length\x0b: 5",
  "\xa0Content-Length: 5",
  "CONTENT-LENGTH:5",
  "Content-Length:\r\n\t5",
  "Keep-Alive: 1",
  "Trailer: Content-Length",
  "TE: trailers",
  "Via: 1.0 a",
] as const;

const METHODS = [
  "GET",
  "get",
  "POST",
  "HEAD",
  "PUT",
  "OPTIONS",
  "TRACE",
  "BREW",
  "G T",
  "GET\t",
  "GET:",
  "",
  "(",
  "PRI",
  "\x16\x03",
  "\xe9",
  "M-SEARCH",
  "DELETE",
] as const;

/** Each bends a text in one way. */
const MUTATIONS: readonly ((text: string, chance: Seeded) => string)[] = [
  (text, chance) => withField(text, `Transfer-Encoding: ${chance.pick(CODINGS)}`, chance),
  (text, chance) => replaced(text, /^(Transfer-Encoding: )chunked/m, chance.pick(CODINGS)),
  (text, chance) => withField(text, `Content-Length: ${chance.pick(LENGTHS)}`, chance),
  (text, chance) => replaced(text, /^(Content-Length: )[0-9]+/m, chance.pick(LENGTHS)),
  (text, chance) => withField(text, chance.pick(EXTRAS), chance),
  (text, chance) => replaced(text, /^(Host: )a/m, chance.pick(HOSTS)),
  (text, chance) => withField(text, `Host: ${chance.pick(HOSTS)}`, chance),
  (text, chance) => replaced(text, /^([^ ]+ )[^ ]+/, chance.pick(TARGETS)),
  (text, chance) => replaced(text, /()HTTP\/1\.[01]/, chance.pick(VERSIONS)),
  (text, chance) => replaced(text, /^()[A-Z]+/, chance.pick(METHODS)),
  (text, chance) => one(text, /\r\n/g, chance, chance.pick(LINE_ENDS)),
  (text, chance) => one(text, / /g, chance, chance.pick(SPACES)),
  (text, chance) =>
    one(
      text,
      /:/g,
      chance,
      chance.pick([" :", "\t:", ":\t", "::", "", ":\x0b", "\x0b:", ";", "\0:"]),
    ),
  (text, chance) => one(text, /\b[0-9a-f]{1,2}(?=[;\r])/g, chance, chance.pick(SIZES)),
  (text, chance) => replaced(text, /(\r\n0[^\r]*\r\n)/, `${chance.pick(TRAILERS)}\r\n`),
  (text, chance) => at(text, chance, (byte) => String.fromCharCode(chance.below(256)) + byte),
  (text, chance) => at(text, chance, () => String.fromCharCode(chance.below(256))),
  (text, chance) => at(text, chance, () => ""),
  (text, chance) => at(text, chance, (byte) => chance.pick(SPACES) + byte),
  (text, chance) => at(text, chance, (byte) => chance.pick(LINE_ENDS) + byte),
  (text, chance) => text.slice(0, chance.below(text.length + 1)),
  (text, chance) => chance.pick(["\r\n", "\r\n\r\n", "\n", " ", "\0", "\t"]) + text,
];

/** Each changes a text that is right into another that is right. */
const VARIATIONS: readonly ((text: string, chance: Seeded) => string)[] = [
  (text, chance) => withField(text, chance.pick(RIGHT_FIELDS), chance),
  (text, chance) =>
    replaced(text, /^([^ ]+ )\/[^ ]*/, chance.pick(["/", "/b", "/?c", "//d", "/e/../f?g=/"])),
  (text, chance) =>
    replaced(text, /^()(?:GET|POST)/, chance.pick(["GET", "POST", "PUT", "BREW", "get"])),
  (text, chance) => one(text, /: ?/g, chance, chance.pick([":", ": ", ":\t", ":  \t"])),
  (text, chance) =>
    text.replace(/^([a-z-]+):/gim, (name) => chance.once(2) ? name.toUpperCase() : name),
  (text, chance) =>
    one(text, /\r\n(?=[0-9a-f]+[;\r])/g, chance, `\r\n${"0".repeat(chance.below(20))}`),
  (text, chance) => text.replace("\r\n5\r\nhello", () => `\r\n${inChunks("hello", chance)}`),
  (text, chance) => text.replace(/Content-Length: 0\r\n\r\n/, () => ownBody(chance)),
];

const RIGHT_FIELDS = [
  "A: b",
  "A:b",
  "A:",
  "Connection: keep-alive",
  "Expect: 100-continue",
  "X: \xff",
  "__proto__: b",
  "Transfer_Encoding: chunked",
  "Via: 1.0 a",
  "Upgrade: h2c",
  "Connection: close",
  "TE: trailers",
] as const;

/** The chunks of a text, without the line end of the last. */
function inChunks(text: string, chance: Seeded): string {
  const cut = chance.below(text.length - 1) + 1;
  return (chunk(text.slice(0, cut)) + chunk(text.slice(cut))).slice(0, -2);
}

/** A length, and as many bytes of any kind. */
function ownBody(chance: Seeded): string {
  const length = chance.below(300);
  const bytes = Array.from({ length }, () => String.fromCharCode(chance.below(256)));
  return `Content-Length: ${length}\r\n\r\n${bytes.join("")}`;
}

/** The text of one seed: some requests, of which one is bent once or more, and one that follows. */
export function mutated(chance: Seeded): string {
  let text = chance.pick(WHOLE);
  for (let i = chance.below(3); i > 0; i--) text = chance.pick(VARIATIONS)(text, chance);
  if (chance.once(5)) return chance.pick(WHOLE) + text + AFTER;
  const times = 1 + chance.below(chance.once(3) ? 4 : 2);
  for (let i = 0; i < times; i++) text = chance.pick(MUTATIONS)(text, chance);
  return (chance.once(4) ? chance.pick(WHOLE) : "") + text + AFTER;
}

/** One bent request alone, of the plainest kind: for servers that do not know every kind. */
export function mutatedPlain(chance: Seeded): string {
  let text = chance.pick(
    WHOLE.filter((one) => /^(?:GET|POST)/.test(one) && !one.includes("Expect")),
  );
  for (let i = 1 + chance.below(2); i > 0; i--) text = chance.pick(MUTATIONS)(text, chance);
  return text;
}

/** Puts a line somewhere among the fields. */
function withField(text: string, line: string, chance: Seeded): string {
  const head = text.indexOf("\r\n\r\n");
  const ends = [...text.slice(0, Math.max(head, 0) + 2).matchAll(/\r\n/g)].map(({ index }) =>
    index + 2
  );
  const place = ends.length === 0 ? 0 : chance.pick(ends);
  return `${text.slice(0, place)}${line}\r\n${text.slice(place)}`;
}

/** Replaces what follows the first group of a pattern. */
function replaced(text: string, pattern: RegExp, by: string): string {
  return text.replace(pattern, (_, before: string) => before + by);
}

/** Replaces one of the matches. */
function one(text: string, pattern: RegExp, chance: Seeded, by: string): string {
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0) return text;
  const { index, 0: found } = chance.pick(matches);
  return text.slice(0, index) + by + text.slice(index + found.length);
}

/** Replaces one byte. */
function at(text: string, chance: Seeded, change: (byte: string) => string): string {
  const index = chance.below(text.length);
  return text.slice(0, index) + change(text[index] ?? "") + text.slice(index + 1);
}
