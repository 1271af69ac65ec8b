/** What the load sends. */

const crlf = (...lines: string[]): string => `${lines.join("\r\n")}\r\n\r\n`;

/** A message of `bytes`, which an echo turns into an answer that an HTTP client takes for one. */
function answerLike(bytes: number, ...fields: string[]): string {
  const head = (length: number) =>
    crlf("HTTP/1.1 200 OK", ...fields, `Content-Length: ${String(length)}`);
  let length = bytes - head(0).length;
  while (head(length).length + length > bytes) length--;
  return head(length).padEnd(bytes, "x");
}

const HOST = "Host: 127.0.0.1";
/** What a browser sends along. */
const BROWSER = [
  "Connection: keep-alive",
  'sec-ch-ua: "Chromium";v="142", "Not_A Brand";v="99"',
  "sec-ch-ua-mobile: ?0",
  'sec-ch-ua-platform: "Linux"',
  "Upgrade-Insecure-Requests: 1",
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36",
  "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
  "Sec-Fetch-Site: none",
  "Sec-Fetch-Mode: navigate",
  "Accept-Encoding: gzip, deflate, br, zstd",
  "Accept-Language: en-GB,en;q=0.9",
];

/** The messages by name. */
export const MESSAGES: {
  readonly [name in "ping" | "bulk" | "once" | "get" | "browser" | "close"]: string;
} = {
  ping: answerLike(64),
  bulk: answerLike(64 * 1024),
  once: answerLike(64, "Connection: close"),
  get: crlf("GET / HTTP/1.1", HOST),
  browser: crlf("GET / HTTP/1.1", HOST, ...BROWSER),
  close: crlf("GET / HTTP/1.1", HOST, "Connection: close"),
};

/** The name of a message. */
export type MessageName = keyof typeof MESSAGES;
