/**
 * What has to be refused, and what must not be, each with the sentence that says so. Bytes as
 * characters of Latin-1; `H` stands for a Host field, `C` for a chunked coding.
 */

/** A request, or several, and the status of each answer. */
export interface OwnCase {
  readonly name: string;
  readonly text: string;
  /** Those of the answers: `"200 400"`. */
  readonly status: string;
}

const H = "Host: a\r\n";
const C = "Transfer-Encoding: chunked\r\n";
const GET = `GET / HTTP/1.1\r\n${H}\r\n`;
const field = (line: string) => `GET / HTTP/1.1\r\n${H}${line}\r\n\r\n`;
const line = (first: string) => `${first}\r\n${H}\r\n`;
const post = (fields: string, body: string) => `POST / HTTP/1.1\r\n${H}${fields}\r\n${body}`;
const chunked = (body: string) => post(C, body);

/** RFC 9112, by section. Each is followed by a request that must not be answered after a refusal. */
const REFUSED: Record<string, readonly (readonly [what: string, text: string, status?: number])[]> =
  {
    "2.2: line ends and white space": [
      ["bare LF after the request line", `GET / HTTP/1.1\n${H}\r\n`],
      ["bare LF after a field", "GET / HTTP/1.1\r\nHost: a\n\r\n"],
      ["bare LF for the empty line", `GET / HTTP/1.1\r\n${H}\n`],
      ["bare CR in a value", field("A: b\rc")],
      ["bare CR at the end of a value", field("A: b\r\rc")],
      ["NUL in a value", field("A: b\0c")],
      ["a control character in a value", field("A: b\x01c")],
      ["DEL in a value", field("A: b\x7fc")],
      ["vertical tab in a value", field("A: b\vc")],
      ["space before the first field", `GET / HTTP/1.1\r\n A: b\r\n${H}\r\n`],
      ["HTAB before the first field", `GET / HTTP/1.1\r\n\tA: b\r\n${H}\r\n`],
    ],
    "3: the request line": [
      ["two spaces after the method", line("GET  / HTTP/1.1")],
      ["two spaces before the version", line("GET /  HTTP/1.1")],
      ["HTAB for a space", line("GET\t/ HTTP/1.1")],
      ["a space at the start", line(" GET / HTTP/1.1")],
      ["a space at the end", line("GET / HTTP/1.1 ")],
      ["no version", line("GET /")],
      ["no target", line("GET HTTP/1.1")],
      ["a method that is no token", line("G(T / HTTP/1.1")],
      ["a method with a colon", line("GET: / HTTP/1.1")],
      ["no method", line("/ HTTP/1.1")],
      ["another protocol", line("GET / HTP/1.1")],
      ["lower case", line("GET / http/1.1")],
      ["two digits", line("GET / HTTP/1.10")],
      ["no minor version", line("GET / HTTP/1")],
      ["a comma", line("GET / HTTP/1,1")],
      ["a version of its own", line("GET / HTTP/3.7"), 505],
      ["HTTP/2.0", line("GET / HTTP/2.0"), 505],
      ["HTTP/1.2", line("GET / HTTP/1.2"), 505],
      ["HTTP/0.9", line("GET / HTTP/0.9"), 505],
      ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ],
    "3.2: the target": [
      ["a fragment", line("GET /a#b HTTP/1.1")],
      ["a byte above 0x7E", line("GET /\xe4 HTTP/1.1")],
      ["DEL", line("GET /\x7f HTTP/1.1")],
      ["a relative path", line("GET a/b HTTP/1.1")],
      ["* for GET", line("GET * HTTP/1.1")],
      ["an authority for GET", line("GET a:80 HTTP/1.1")],
      ["a path for CONNECT", line("CONNECT / HTTP/1.1")],
      ["no host in a URL", line("GET http:///a HTTP/1.1")],
      ["a URL of another host", line("GET http://b/ HTTP/1.1")],
    ],
    "3.2: Host": [
      ["none", "GET / HTTP/1.1\r\n\r\n"],
      ["two", `GET / HTTP/1.1\r\n${H}${H}\r\n`],
      ["two, of different hosts", `GET / HTTP/1.1\r\n${H}Host: b\r\n\r\n`],
      // RFC 9110, section 4.2.1: a URL of http without a host MUST be rejected as invalid.
      ["empty", "GET / HTTP/1.1\r\nHost:\r\n\r\n"],
      ["a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"],
      ["user information", "GET / HTTP/1.1\r\nHost: x@a\r\n\r\n"],
      ["a list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"],
      ["a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"],
      ["a port that is none", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n"],
      ["half a bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"],
      ["a fragment", "GET / HTTP/1.1\r\nHost: a#b\r\n\r\n"],
    ],
    "5: fields": [
      ["space before the colon", field("A : b")],
      ["HTAB before the colon", field("A\t: b")],
      ["no colon", field("A")],
      ["no name", field(": b")],
      ["a name that is no token", field("A@: b")],
      ["a name beyond ASCII", field("\xe4: b")],
      ["folding by a space", field("A: b\r\n c")],
      ["folding by HTAB", field("A: b\r\n\tc")],
      ["folding of Host", `GET / HTTP/1.1\r\nHost:\r\n a\r\n\r\n`],
    ],
    "6.1: Transfer-Encoding": [
      ["with Content-Length", post(`${C}Content-Length: 5\r\n`, "0\r\n\r\n")],
      ["after Content-Length", post(`Content-Length: 5\r\n${C}`, "0\r\n\r\n")],
      ["twice", post(C + C, "0\r\n\r\n")],
      ["gzip below chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501],
      [
        "gzip below chunked, in two lines",
        post(`Transfer-Encoding: gzip\r\n${C}`, "0\r\n\r\n"),
        501,
      ],
      ["gzip alone", post("Transfer-Encoding: gzip\r\n", "0\r\n\r\n")],
      ["a space that is none of ASCII", post("Transfer-Encoding: \xa0chunked\r\n", "0\r\n\r\n")],
      ["twice in one line", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")],
      ["chunked is not last", post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n")],
      ["xchunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")],
      ["identity", post("Transfer-Encoding: identity\r\n", "0\r\n\r\n")],
      ["quoted", post('Transfer-Encoding: "chunked"\r\n', "0\r\n\r\n")],
      ["empty", post("Transfer-Encoding:\r\n", "0\r\n\r\n")],
      ["a parameter", post("Transfer-Encoding: chunked;a=b\r\n", "0\r\n\r\n")],
      ["a tab and junk", post("Transfer-Encoding: chunked\tx\r\n", "0\r\n\r\n")],
      ["on HTTP/1.0", `POST / HTTP/1.0\r\n${H}${C}\r\n0\r\n\r\n`],
    ],
    "6.2: Content-Length": [
      ["+5", post("Content-Length: +5\r\n", "hello")],
      ["-5", post("Content-Length: -5\r\n", "hello")],
      ["0x5", post("Content-Length: 0x5\r\n", "hello")],
      ["5.0", post("Content-Length: 5.0\r\n", "hello")],
      ["5e0", post("Content-Length: 5e0\r\n", "hello")],
      ["1_0", post("Content-Length: 1_0\r\n", "hello")],
      ["a space inside", post("Content-Length: 5 5\r\n", "hello")],
      ["a list", post("Content-Length: 5, 5\r\n", "hello")],
      ["two that agree", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")],
      ["two that differ", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello")],
      ["empty", post("Content-Length:\r\n", "hello")],
      ["beyond 2^53", post("Content-Length: 9007199254740993\r\n", "hello")],
      ["beyond 2^64", post("Content-Length: 18446744073709551621\r\n", "hello")],
    ],
    "7.1: chunks": [
      ["a sign", chunked("+5\r\nhello\r\n0\r\n\r\n")],
      ["0x", chunked("0x5\r\nhello\r\n0\r\n\r\n")],
      ["an underscore", chunked("0_5\r\nhello\r\n0\r\n\r\n")],
      ["no size", chunked("\r\nhello\r\n0\r\n\r\n")],
      ["no size but an extension", chunked(";a=b\r\nhello\r\n0\r\n\r\n")],
      ["a space before the size", chunked(" 5\r\nhello\r\n0\r\n\r\n")],
      ["a space after the size", chunked("5 \r\nhello\r\n0\r\n\r\n")],
      ["a size beyond 2^64", chunked("10000000000000005\r\nhello\r\n0\r\n\r\n")],
      ["a size of no hexadecimal digits", chunked("5g\r\nhello\r\n0\r\n\r\n")],
      ["bare LF after the size", chunked("5\nhello\r\n0\r\n\r\n")],
      ["bare CR after the size", chunked("5\rhello\r\n0\r\n\r\n")],
      ["bare LF after the data", chunked("5\r\nhello\n0\r\n\r\n")],
      ["other bytes after the data", chunked("5\r\nhelloXX0\r\n\r\n")],
      ["data longer than its size", chunked("4\r\nhello\r\n0\r\n\r\n")],
      ["bare LF in an extension", chunked("5;a\nb\r\nhello\r\n0\r\n\r\n")],
      ["bare CR in an extension", chunked("5;a\rb\r\nhello\r\n0\r\n\r\n")],
      ["NUL in an extension", chunked("5;a\0\r\nhello\r\n0\r\n\r\n")],
      ["an open quote in an extension", chunked('5;a="b\r\nhello\r\n0\r\n\r\n')],
      ["bare LF after the last chunk", chunked("0\n\r\n")],
      ["bare LF at the end", chunked("0\r\n\n")],
      ["a trailer with a space before the colon", chunked("0\r\nA : b\r\n\r\n")],
      ["a trailer without a colon", chunked("0\r\nA\r\n\r\n")],
      ["a folded trailer", chunked("0\r\nA: b\r\n c\r\n\r\n")],
      ["a trailer with NUL", chunked("0\r\nA: \0\r\n\r\n")],
    ],
    "RFC 9110, 9.3: methods that have no body": [
      ["TRACE with Content-Length", `TRACE / HTTP/1.1\r\n${H}Content-Length: 5\r\n\r\nhello`],
      ["TRACE with chunks", `TRACE / HTTP/1.1\r\n${H}${C}\r\n0\r\n\r\n`],
      [
        "CONNECT with Content-Length",
        `CONNECT a:80 HTTP/1.1\r\n${H}Content-Length: 5\r\n\r\nhello`,
      ],
    ],
  };

/** What is unusual, and has one meaning. */
const ACCEPTED: readonly (readonly [what: string, text: string, statuses?: string])[] = [
  ["2.2: an empty line before the request line", `\r\n${GET}`],
  ["2.2: an empty line between requests", `${GET}\r\n${GET}`, "200 200"],
  ["3.1: a method nobody knows", line("BREW / HTTP/1.1")],
  ["3.2.1: a query without a path of its own", line("GET /?a=/b?c HTTP/1.1")],
  ["3.2.2: a URL", line("GET http://a/b HTTP/1.1")],
  ["3.2.2: a URL in upper case", line("GET HTTP://A/ HTTP/1.1")],
  ["3.2.4: OPTIONS *", line("OPTIONS * HTTP/1.1")],
  ["3.2: Host with an address of IPv6", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"],
  ["3.2: HTTP/1.0 without a Host", "GET / HTTP/1.0\r\n\r\n"],
  ["5: no space after the colon", field("A:b")],
  ["5: white space around a value", field("A: \t b \t ")],
  ["5: an empty value", field("A:")],
  ["5.5: a value beyond ASCII", field("A: \xe4\xff")],
  ["5: every character of a name", field("!#$%&'*+-.^_`|~09azAZ: b")],
  ["5: __proto__ as a name", field("__proto__: b")],
  ["6.2: leading zeros", post("Content-Length: 005\r\n", "hello")],
  ["RFC 9110, 9.3.8: TRACE", line("TRACE / HTTP/1.1")],
  ["RFC 9110, 9.3.6: nothing after CONNECT", `CONNECT a:80 HTTP/1.1\r\n${H}\r\n${GET}`],
  ["RFC 9110, 9.1: get is not GET", `get / HTTP/1.1\r\n${H}Content-Length: 5\r\n\r\nhello`],
  ["6.2: a body of GET", `GET / HTTP/1.1\r\n${H}Content-Length: 5\r\n\r\nhello`],
  ["6.1: CHUNKED", post("Transfer-Encoding: CHUNKED\r\n", "5\r\nhello\r\n0\r\n\r\n")],
  ["7.1: leading zeros of a size", chunked("0005\r\nhello\r\n000\r\n\r\n")],
  ["7.1.1: extensions", chunked('5;a;b=c;d="e f"\r\nhello\r\n0;z\r\n\r\n')],
  ["7.1.2: a trailer", chunked("5\r\nhello\r\n0\r\nA: b\r\n\r\n")],
  [
    "9.3.2: requests in a row",
    `${GET}${post("Content-Length: 5\r\n", "hello")}${GET}`,
    "200 200 200",
  ],
  ["6.3: no body after HEAD", `HEAD / HTTP/1.1\r\n${H}\r\n${GET}`, "200 200"],
  ["9.6: nothing after close", `GET / HTTP/1.1\r\n${H}Connection: close\r\n\r\n${GET}`],
  [
    "9.6: nothing after close, whatever stands beside it",
    `GET / HTTP/1.1\r\n${H}Connection: close\r\nConnection: keep-alive\r\n\r\n${GET}`,
  ],
  ["9.3: nothing after HTTP/1.0", `GET / HTTP/1.0\r\n\r\n${GET}`],
];

/** All of them. */
export const OWN_CASES: readonly OwnCase[] = [
  ...Object.entries(REFUSED).flatMap(([section, cases]) =>
    cases.flatMap(([what, text, status = 400]) => {
      const name = `${section}: ${what}`;
      return [
        { name, text: text + GET, status: String(status) },
        { name: `${name}, second`, text: GET + text + GET, status: `200 ${status}` },
      ];
    })
  ),
  ...ACCEPTED.map(([name, text, status = "200"]) => ({ name, text, status })),
];
