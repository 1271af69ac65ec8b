/**
 * What has to be refused, by what is wrong, in every form and place it may take; and the forms beside
 * them that are right. Bytes as characters of Latin-1.
 */

import type { OwnCase } from "./own_cases.ts";

const H = "Host: a\r\n";
const CHUNKED = "Transfer-Encoding: chunked\r\n";
const LAST = "0\r\n\r\n";

/** Makes requests of what is varied. */
type Place = (what: string) => readonly string[];

const inLine: Place = (line) => [`${line}\r\n${H}\r\n`, `${line}\r\nA: b\r\n${H}C: d\r\n\r\n`];
/** The first, the last, in between; with a method that has no body otherwise, and with one that has. */
const inFields: Place = (field) => [
  `GET / HTTP/1.1\r\n${field}\r\n${H}\r\n`,
  `PUT / HTTP/1.1\r\n${H}${field}\r\n\r\n`,
  `GET / HTTP/1.1\r\nA: b\r\n${H}${field}\r\nC: d\r\n\r\n`,
];
const inHost: Place = (host) => [
  `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  `GET / HTTP/1.0\r\nA: b\r\nhost:${host}\r\nC: d\r\n\r\n`,
];
const inTarget: Place = (target) => inLine(`GET ${target} HTTP/1.1`);
const inVersion: Place = (version) => inLine(`GET / ${version}`);
const withLength: Place = (length) => [
  `POST / HTTP/1.1\r\n${H}Content-Length: ${length}\r\n\r\nhello`,
  `GET / HTTP/1.1\r\ncontent-length:${length}\r\n${H}\r\nhello`,
];
const withCoding: Place = (coding) => [
  `POST / HTTP/1.1\r\n${H}Transfer-Encoding: ${coding}\r\n\r\n5\r\nhello\r\n${LAST}`,
  `GET / HTTP/1.1\r\ntransfer-encoding:${coding}\r\n${H}\r\n5\r\nhello\r\n${LAST}`,
];
const asChunks: Place = (chunks) => [`POST / HTTP/1.1\r\n${H}${CHUNKED}\r\n${chunks}`];
/** A size of 5, in the first chunk, in a later one, and in the last. */
const asSize: Place = (size) => [
  ...asChunks(`${size}\r\nhello\r\n${LAST}`),
  ...asChunks(`1\r\na\r\n${size}\r\nhello\r\n${LAST}`),
  ...asChunks(`1\r\na\r\n${size}\r\n\r\n`),
];
const asExtension: Place = (extension) => [
  ...asChunks(`5${extension}\r\nhello\r\n${LAST}`),
  ...asChunks(`5\r\nhello\r\n0${extension}\r\n\r\n`),
];
const asTrailer: Place = (line) => [
  ...asChunks(`0\r\n${line}\r\n\r\n`),
  ...asChunks(`1\r\na\r\n0\r\nA: b\r\n${line}\r\nC: d\r\n\r\n`),
];

const codes = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => String.fromCharCode(from + i));
const CONTROLS = [...codes(0, 8), ...codes(10, 31), "\x7f"];
/** What stands in no token, but for the colon. */
const DELIMITERS = [...Array.from('"(),/;<=>?@[\\]{} \t'), "\x80", "\xff"];
const around = (text: string) => [`${text}bc`, `b${text}c`, `bc${text}`];

type Variations = readonly (readonly [what: string, place: Place, values: readonly string[]])[];

const LINE_ENDS = ["\n", "\r", "\r\r\n", "\n\r", "\r\n\n", "\x0b\r\n\x0b", "\x85"];

/** A request whose line ends are all of a kind but one, for each of them but the last. */
function bentLineEnds(): string[] {
  const chunks = `5;a=b\r\nhello\r\n5\r\nhello\r\n0\r\nT: u\r\n\r\n`;
  const whole = `POST / HTTP/1.1\r\nA: b\r\n${H}${CHUNKED}\r\n${chunks}`;
  const places = [...whole.matchAll(/\r\n/g)].map(({ index }) => index).slice(0, -1);
  return places.flatMap((at) =>
    LINE_ENDS.map((end) => whole.slice(0, at) + end + whole.slice(at + 2))
  );
}

const REFUSED: Variations = [
  ["line ends", (text) => [text], bentLineEnds()],
  ["controls in values", inFields, CONTROLS.flatMap(around).map((value) => `A: ${value}`)],
  ["controls in names", inFields, CONTROLS.map((bad) => `b${bad}c: a`)],
  ["names that are none", inFields, DELIMITERS.flatMap(around).map((name) => `${name}: a`)],
  ["fields without a name or a colon", inFields, ["A", ": a", ":", "A b", " ", "\t", "A\r\n: b"]],
  ["folding", inFields, ["A: b\r\n c", "A:\r\n\tb", "A: b\r\n ", "A: b\r\n\t\r\n c"]],
  ["methods that are none", inLine, [
    ...[...DELIMITERS, ...CONTROLS].flatMap((
      bad,
    ) => [`G${bad}T / HTTP/1.1`, `${bad}GET / HTTP/1.1`]),
    " / HTTP/1.1",
    "GET: / HTTP/1.1",
  ]],
  ["bytes that no target has", inTarget, [
    ...[...CONTROLS, " ", "\t", "#", "\x80", "\xc3\xa9", "\xff"].flatMap((bad) => [
      `/${bad}b`,
      `/b${bad}`,
      `/?b${bad}c`,
      `http://a/${bad}b`,
    ]),
  ]],
  ["targets of no form", inTarget, [
    ...[
      "a",
      "a/b",
      "?a",
      "./",
      "*",
      "**",
      "a:80",
      ":80",
      "@",
      "%2f",
      "\\",
      "#",
      "http:/a",
      "http:a",
    ],
    ...["http://", "http:///a", "http://u@a/", "http://u:p@a/", "http://b/", "http://a:81/"],
    ...["http://a:b/", "http://a:65536/", "http://[a/", "http://a%/", "ftp://a/", "xhttp://a/"],
  ]],
  ["targets for CONNECT", (target) => inLine(`CONNECT ${target} HTTP/1.1`), [
    ...["/", "*", "a", "a:", ":80", "a:b", "a:80/", "u@a:80", "http://a:80", "a:80:80", "b:80"],
  ]],
  ["* for others than OPTIONS", inLine, [
    ...["POST", "HEAD", "PUT", "DELETE", "TRACE", "options", "M-SEARCH"].map((method) =>
      `${method} * HTTP/1.1`
    ),
  ]],
  ["hosts that are none", inHost, [
    ...[
      "",
      " ",
      "\t",
      "a b",
      "a/b",
      "a?b",
      "a#b",
      "a\\b",
      "u@a",
      "a:b",
      "a:-1",
      "a:65536",
      "a:80:80",
    ],
    ...["[", "[]", "[:]", "[::1", "::1", "::1]", "[::1]a", "[::g]", "[1::2::3]", "[::1%25en0]"],
    ...["a%", "a%zz", "a%00", "a%2fb", "{", "a|b", "a^b", "a`b", '"a"', "<a>", "\xff", "http://a"],
    ...["1.2.3.4.5", "256.1.1.1", "xn--a", "a\r\nHost: a", "a\r\nHost: b", "a\r\nhost:"],
  ]],
  ["versions that are malformed", inVersion, [
    ...["HTTP/1.", "HTTP/.1", "HTTP/1", "HTTP/", "HTTP", "HTTP/11", "HTTP/1.10", "HTTP/01.1"],
    ...["HTTP/1.01", "HTTP/10.1", "HTTP/1,1", "HTTP/1.1.1", "HTTP/-1.1", "HTTP/1.-1", "HTTP/a.b"],
    ...["http/1.1", "Http/1.1", "HTTPS/1.1", "HTTP 1.1", "HTTP//1.1", "XHTTP/1.1", " HTTP/1.1"],
    ...["HTTP/1.1 ", "HTTP/1.1\t", "HTTP/1.1x", "HTTP/1.1 HTTP/1.1", "\tHTTP/1.1", "\xff", ""],
  ]],
  ["lengths that are no digits", withLength, [
    ...[
      "",
      " ",
      "+5",
      "-5",
      "-0",
      "0x5",
      "0b1",
      "5.0",
      "5.",
      "5e0",
      "1_0",
      "5 5",
      "5,5",
      "5, 5",
      "5,",
    ],
    ...[",5", "5;", "5a", "a5", '"5"', "\xb2", "\xa05", "5\xa0", "NaN", "Infinity", "five", "--5"],
    ...[
      "9007199254740992",
      "9223372036854775808",
      "18446744073709551621",
      "5".repeat(40),
      `${"0".repeat(20)}5`,
    ],
    ...["5\r\nContent-Length: 5", "5\r\nContent-Length: 6", "0\r\ncontent-length: 5", "5\r\n 5"],
    ...["5\r\nTransfer-Encoding: chunked", "0\r\nTransfer-Encoding: gzip", "5\r\nContent-Length:"],
  ]],
  ["codings that end in no single chunked", withCoding, [
    ...[
      "",
      " ",
      "xchunked",
      "chunkedx",
      "chunk",
      "chunked;",
      "chunked;q=1",
      '"chunked"',
      "identity",
    ],
    ...["chunked, identity", "chunked,chunked", "chunked,", "chunked, gzip", "gzip", "chunked x"],
    ...["\xa0chunked", "chunked\xa0", "chun ked", "chunked\r\n gzip", "\r\n chunked", "chunked="],
    ...["chunked\r\nTransfer-Encoding: chunked", "chunked\r\nTransfer-Encoding:", "chunk\xe9d"],
    ...["chunked\r\nContent-Length: 5", "chunked\r\nContent-Length: 0", "x: chunked", "[chunked]"],
  ]],
  ["codings on HTTP/1.0", (coding) => [
    `POST / HTTP/1.0\r\n${H}Transfer-Encoding: ${coding}\r\n\r\n${LAST}`,
    `POST / HTTP/1.0\r\nTransfer-Encoding: ${coding}\r\nConnection: keep-alive\r\n\r\n${LAST}`,
  ], ["chunked", "identity", "gzip, chunked", ""]],
  ["sizes of chunks", asSize, [
    ...[
      "",
      "+5",
      "-5",
      "-0",
      "0x5",
      "0X5",
      "x5",
      "5x",
      "5h",
      "5_",
      "_5",
      "0_5",
      " 5",
      "5 ",
      "\t5",
      "5\t",
    ],
    ...[
      "5 5",
      "5,5",
      "5.",
      '"5"',
      "g",
      "\xff",
      "5\xff",
      "\xb5",
      "5\0",
      "\x005",
      "5\x0b",
      "5\x0c",
      "5=5",
    ],
    ...["20000000000000", "ffffffffffffffff", "10000000000000005", "f".repeat(40)],
  ]],
  ["extensions of chunks", asExtension, [
    ...[
      ";",
      ";;",
      ";=b",
      ";a=",
      ';a="b',
      ';a="b"c',
      ";a b",
      ";a=b c",
      ";a='b c'",
      ";\xe9",
      ";a=\xe9",
    ],
    ...[
      " a",
      " a=b",
      " ;",
      " ;a=b",
      "\t;a",
      " \t",
      "=b",
      ";a\n",
      ";a\nb",
      ";a\rb",
      ';a="\n"',
      ...CONTROLS.map((bad) => `;a${bad}`),
    ],
  ]],
  ["what follows a chunk", asChunks, [
    ...["\n", "\r", "", "X\r\n", " \r\n", "\r\r\n", "\r\n\r\n", "\n\r"].map((end) =>
      `5\r\nhello${end}${LAST}`
    ),
    `4\r\nhello\r\n${LAST}`,
    `6\r\nhello\r\n${LAST}`,
  ]],
  ["trailers", asTrailer, [
    ...["A", ": a", "A : b", " A: b", "A: b\r\n c", "A: \0", "A: b\nC: d", "A: b\rC: d", "A B: c"],
    ...[
      "Content-Length: 5",
      "Transfer-Encoding: chunked",
      "Host: a",
      "Connection: close",
      "Trailer: a",
    ],
  ]],
];

const OTHERS: readonly (readonly [status: number, place: Place, values: readonly string[]])[] = [
  [501, withCoding, [
    "gzip, chunked",
    "identity,chunked",
    ", chunked",
    "gzip\r\nTransfer-Encoding: chunked",
  ]],
  [505, inVersion, [
    "HTTP/0.9",
    "HTTP/1.2",
    "HTTP/1.9",
    "HTTP/2.0",
    "HTTP/3.0",
    "HTTP/9.9",
    "HTTP/0.0",
  ]],
  [417, inFields, [
    "Expect: a",
    "Expect:",
    "Expect: 100",
    "Expect: 100-continue, a",
    "expect: 200-ok",
  ]],
];

/** The forms beside them that are right. */
const ACCEPTED: Variations = [
  ["values", inFields, [
    "A:b",
    "A:\t b \t",
    "A:",
    "A: b\tc",
    "A: \x80\xff",
    'A: "\\"',
    "A: :",
    "a!#$: b",
  ]],
  ["methods", inLine, ["!#$%&'*+-.^_`|~09aZ / HTTP/1.1", "M-SEARCH / HTTP/1.1", "get / HTTP/1.1"]],
  ["targets", inTarget, [
    ...["//", "/..", "/%00", "/%zz", "/?", "/??", "/a:b@c;d=e", "/!$&'()*+,;=", '/|\\^`{}<>"[]'],
    ...["http://a", "HTTP://A:80/", "http://a?b", "http://a:/", "http://a//b/../c"],
  ]],
  ["hosts", inHost, [
    "a",
    "A.b-c_d",
    "a:",
    "a:0",
    "a:65535",
    "[::1]:80",
    "[::ffff:1.2.3.4]",
    "127.0.0.1",
    "%41",
    "a.",
  ]],
  ["lengths", withLength, ["5", "05", `${"0".repeat(19)}5`, " 5 ", "\t5\t"]],
  ["codings", withCoding, ["chunked", "CHUNKED", " chunked ", "\tcHuNkEd\t"]],
  ["sizes", (size) => asSize(size).slice(0, 2), ["5", "05", `${"0".repeat(40)}5`]],
  ["extensions", asExtension, [
    ";a",
    ";a=b",
    "; a",
    ";a = b",
    ';a="b;c"',
    ';a="\\""',
    ";a;b;c=d",
    ';a=""',
    ";a ",
    ";\t a = b ; c",
  ]],
  ["trailers", asTrailer, ["A: b", "A:", "__proto__: a", "A: b\r\nA: c", "Content-Type: a"]],
];

const cases = (status: number, what: string, place: Place, values: readonly string[]) =>
  values.flatMap(place).map((text) => ({ name: what, text, status: String(status) }));

/** All of them. */
export const VARIATIONS: readonly OwnCase[] = [
  ...REFUSED.flatMap((one) => cases(400, ...one)),
  ...OTHERS.flatMap(([status, place, values]) => cases(status, `${status}`, place, values)),
  ...ACCEPTED.flatMap((one) => cases(200, ...one)),
];
