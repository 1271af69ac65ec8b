/** Where serveHttp accepts what a runtime's own server refuses, and why that is right. */

/** Whether it holds for a text, of which these methods were accepted. */
export type IsAgreed = (text: string, methods: readonly string[]) => boolean;

const KNOWN = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

/** RFC 9110, section 9.1: a method is any token, and a handler may know more of them than the server. */
const unknownMethod: IsAgreed = (_, methods) => methods.some((method) => !KNOWN.includes(method));

/** RFC 9112, section 7.1.2: a recipient that removes the coding may keep or discard trailers. */
const trailers: IsAgreed = (text) => /\r\n0+(?:;[^\r]*)?\r\n[^\r]+:/.test(text);

/** RFC 9112, section 2.2: empty lines before a request are to be ignored, one at least. */
const emptyLine: IsAgreed = (text) => {
  const [, length = "0"] = /^Content-Length:[ \t]*([0-9]{1,4})[ \t]*\r$/im.exec(text) ?? [];
  const body = text.indexOf("\r\n\r\n") + 4;
  return text.startsWith("\r\n") || text.startsWith("\r\n", body + Number(length));
};

/** RFC 9110, section 7.8: a server may ignore Upgrade. */
const upgrade: IsAgreed = (text) => /^Upgrade:/im.test(text);

/** By the server's name, a reason, and the texts it holds for. */
export const AGREED: Record<string, Record<string, IsAgreed>> = {
  "node:http": { unknownMethod, upgrade },
  "Deno.serve": {},
  "Bun.serve": { unknownMethod, trailers, emptyLine },
};
