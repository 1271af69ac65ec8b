/**
 * What the head of a request says about the message: RFC 9112, sections 6 and 9; RFC 9110, section 10.1.1.
 *
 * @module
 */

import { isName, isText, latin1, methodOf } from "./characters.ts";
import { between, lengthIn, listOf, requireChunked } from "./framing.ts";
import type { FieldPlace, HeadReader } from "./head_scanner.ts";
import type { LinePlace } from "./line_scanner.ts";
import { expect, Refusal } from "./refusal.ts";
import { parseTarget, type Target } from "./request_target.ts";

/** A field: its name as it was sent, its value without the white space around it. */
export type FieldLine = readonly [name: string, value: string];

const [SLASH, NOTHING] = [0x2f, new Uint8Array(0)];

/**
 * The head of a request, checked line by line as it comes. What is text of it is made when somebody
 * asks: most requests are answered without.
 */
export class Message implements HeadReader {
  /** As it was sent; methods are case-sensitive. */
  method = "";
  /** The minor version of HTTP/1. */
  minor = 1;
  /** How many bytes the body has; `undefined` when the head does not say. */
  contentLength: number | undefined;
  /** Whether the body comes in chunks. */
  chunked = false;
  /** Whether the client waits for `100 Continue`. */
  expectsContinue = false;
  /** Whether another request may follow. */
  keepAlive = true;

  #bytes: Uint8Array = NOTHING;
  #base = 0;
  #size = 0;
  #text: string | undefined;
  #targetStart = 0;
  #targetEnd = 0;
  #parts: Target | undefined;
  /** Whether the target is but a path and a query. */
  #plain = true;
  /** Four for each field: where its name begins and ends, where its value begins and ends. */
  readonly #places: number[] = [];
  #hostStart = -1;
  #hostEnd = -1;
  #coding: string | undefined;
  #close = false;

  /** Throws a {@linkcode Refusal}, as all of these do. */
  lineAt(
    bytes: Uint8Array,
    base: number,
    { start, methodEnd, targetEnd, version }: LinePlace,
  ): void {
    this.method = methodOf(bytes, base + start, base + methodEnd);
    this.#targetStart = methodEnd + 1;
    this.#targetEnd = targetEnd;
    if (bytes[base + methodEnd + 1] !== SLASH || this.method === "CONNECT") {
      const target = latin1(bytes.subarray(base + methodEnd + 1, base + targetEnd));
      this.#parts = parseTarget(this.method, target);
      this.#plain = false;
    }
    this.minor = version - 10;
    this.keepAlive = version === 11;
    if (version === 10 || version === 11) return;
    const spoken = `HTTP/${Math.floor(version / 10)}.${version % 10}`;
    throw new Refusal(505, `${spoken} is not spoken here, but HTTP/1.1`);
  }

  fieldAt(bytes: Uint8Array, base: number, place: FieldPlace): void {
    const { start, nameEnd, valueStart, valueEnd } = place;
    this.#places.push(start, nameEnd, valueStart, valueEnd);
    const from = base + start;
    const to = base + nameEnd;
    // Most names are told from those that matter here by their length.
    switch (nameEnd - start) {
      case 4:
        if (!isName(bytes, from, to, "host")) return;
        expect(this.#hostStart < 0, "there is more than one Host field");
        this.#hostStart = valueStart;
        this.#hostEnd = valueEnd;
        return;
      case 6:
        if (!isName(bytes, from, to, "expect")) return;
        if (!isName(bytes, base + valueStart, base + valueEnd, "100-continue")) {
          throw new Refusal(417, "no expectation is known here but 100-continue");
        }
        this.expectsContinue = this.minor === 1;
        return;
      case 10:
        if (!isName(bytes, from, to, "connection")) return;
        return this.#connection(bytes, base + valueStart, base + valueEnd);
      case 14:
        if (!isName(bytes, from, to, "content-length")) return;
        return this.#length(lengthIn(bytes, base + valueStart, base + valueEnd));
      case 17:
        if (!isName(bytes, from, to, "transfer-encoding")) return;
        return this.#transferEncoding(latin1(bytes.subarray(base + valueStart, base + valueEnd)));
    }
  }

  /** The head is complete: these bytes, which are not changed any more. */
  end(bytes: Uint8Array, base: number, size: number): void {
    this.#bytes = bytes;
    this.#base = base;
    this.#size = size;
    expect(this.minor === 0 || this.#hostStart >= 0, "there is no Host field");
    if (this.#coding !== undefined) requireChunked(this.#coding);
    this.chunked = this.#coding !== undefined;
    // RFC 9110, sections 9.3.6 and 9.3.8.
    const bodiless = this.method === "TRACE" || this.method === "CONNECT";
    expect(!bodiless || !this.hasBody, `a request of ${this.method} has no body`);
  }

  /** As it was sent. */
  get target(): string {
    return this.#all.slice(this.#targetStart, this.#targetEnd);
  }

  /** Who and what it is for. */
  get parts(): Target {
    return this.#parts ??= { path: this.target, authority: undefined };
  }

  /** What the Host field says. */
  get host(): string | undefined {
    return this.#hostStart < 0 ? undefined : this.#all.slice(this.#hostStart, this.#hostEnd);
  }

  /** Whether the request is for `host`, and says so by the Host field alone. */
  isFor(host: string): boolean {
    if (!this.#plain || this.#hostStart < 0) return false;
    const base = this.#base;
    return isText(this.#bytes, base + this.#hostStart, base + this.#hostEnd, host);
  }

  /** The fields, in the order they were sent. */
  get fields(): FieldLine[] {
    const lines: FieldLine[] = [];
    const [text, places] = [this.#all, this.#places];
    for (let i = 0; i < places.length; i += 4) {
      lines.push([
        text.slice(places[i], places[i + 1]),
        text.slice(places[i + 2], places[i + 3]),
      ]);
    }
    return lines;
  }

  /** The values of the fields of a name, which is given in lower case, joined with a comma, or as cookies are; `null` when there is none. */
  field(name: string): string | null {
    const [bytes, base, places] = [this.#bytes, this.#base, this.#places];
    let values: string | null = null;
    for (let i = 0; i < places.length; i += 4) {
      const [start, end] = [places[i] as number, places[i + 1] as number];
      if (end - start !== name.length || !isName(bytes, base + start, base + end, name)) continue;
      const value = this.#all.slice(places[i + 2], places[i + 3]);
      values = values === null ? value : `${values}${between(name)}${value}`;
    }
    return values;
  }

  /** Whether there is a body. */
  get hasBody(): boolean {
    return this.chunked || (this.contentLength ?? 0) > 0;
  }

  get #all(): string {
    return this.#text ??= latin1(this.#bytes.subarray(this.#base, this.#base + this.#size));
  }

  #connection(bytes: Uint8Array, start: number, end: number): void {
    const known = ["keep-alive", "close"].filter((option) => isName(bytes, start, end, option));
    const options = known.length > 0 ? known : listOf(latin1(bytes.subarray(start, end)));
    if (options.includes("close")) this.#close = true;
    if (this.#close) this.keepAlive = false;
    else if (options.includes("keep-alive")) this.keepAlive = true;
  }

  #length(length: number): void {
    expect(this.contentLength === undefined, "there is more than one Content-Length field");
    this.contentLength = length;
    this.#checkBoth();
  }

  #transferEncoding(value: string): void {
    expect(this.minor > 0, "HTTP/1.0 has no Transfer-Encoding");
    this.#coding = this.#coding === undefined ? value : `${this.#coding},${value}`;
    this.#checkBoth();
  }

  #checkBoth(): void {
    if (this.#coding === undefined || this.contentLength === undefined) return;
    throw new Refusal(400, "there is a Content-Length beside a Transfer-Encoding");
  }
}
