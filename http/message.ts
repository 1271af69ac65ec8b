/**
 * What the head of a request says about the message: RFC 9112, sections 6 and 9; RFC 9110, section 10.1.1.
 *
 * @module
 */

import { latin1 } from "./characters.ts";
import type { HeadScanner } from "./head_scanner.ts";
import { Refusal } from "./refusal.ts";
import { parseTarget, type Target } from "./request_target.ts";

/** A field: its name as it was sent, its value without the white space around it. */
export type FieldLine = readonly [name: string, value: string];

/** The head of a request, checked. */
export class Message {
  /** As it was sent; methods are case-sensitive. */
  readonly method: string;
  /** As it was sent. */
  readonly target: string;
  /** Who and what the request is for. */
  readonly parts: Target;
  /** The minor version of HTTP/1. */
  readonly minor: number;
  /** What the Host field says. */
  host: string | undefined;
  /** How many bytes the body has; `undefined` when the head does not say. */
  contentLength: number | undefined;
  /** Whether the body comes in chunks. */
  chunked = false;
  /** Whether the client waits for `100 Continue`. */
  expectsContinue = false;
  /** Whether another request may follow. */
  keepAlive: boolean;

  readonly #text: string;
  readonly #fields: readonly number[];

  /** Of the head that `scanner` has found in `bytes`. Throws a {@linkcode Refusal}. */
  constructor(bytes: Uint8Array, scanner: HeadScanner) {
    const text = latin1(bytes, scanner.isAscii);
    this.#text = text;
    this.#fields = scanner.fields;
    this.method = text.slice(scanner.begin, scanner.methodEnd);
    this.target = text.slice(scanner.methodEnd + 1, scanner.targetEnd);
    this.parts = parseTarget(this.method, this.target);
    const { major, minor } = scanner;
    if (major !== 1 || minor > 1) {
      throw new Refusal(505, `HTTP/${major}.${minor} is not spoken here, but HTTP/1.1`);
    }
    this.minor = minor;
    this.keepAlive = minor === 1;
    this.#readFields();
  }

  /** The fields, in the order they were sent. */
  get fields(): FieldLine[] {
    return fieldsOf(this.#text, this.#fields);
  }

  /** Whether there is a body, an empty one included. */
  get hasBody(): boolean {
    return this.chunked || (this.contentLength ?? 0) > 0;
  }

  #readFields(): void {
    const [text, fields] = [this.#text, this.#fields];
    let coding: string | undefined;
    let connection = "";
    for (let i = 0; i < fields.length; i += 4) {
      const [start, end] = [fields[i] as number, fields[i + 1] as number];
      const length = end - start;
      // Most names are told from those that matter here by their length.
      if (length !== 4 && length !== 6 && length !== 10 && length !== 14 && length !== 17) continue;
      const value = text.slice(fields[i + 2], fields[i + 3]);
      switch (text.slice(start, end).toLowerCase()) {
        case "host":
          if (this.host !== undefined) throw new Refusal(400, "there is more than one Host field");
          this.host = value;
          break;
        case "expect":
          this.#expect(value);
          break;
        case "connection":
          connection += `${value},`;
          break;
        case "content-length":
          this.#length(value);
          break;
        case "transfer-encoding":
          coding = coding === undefined ? value : `${coding},${value}`;
      }
    }
    if (connection !== "") this.#connection(connection.toLowerCase());
    if (coding !== undefined) this.#coding(coding);
  }

  #length(value: string): void {
    if (this.contentLength !== undefined) {
      throw new Refusal(400, "there is more than one Content-Length field");
    }
    const length = /^[0-9]{1,20}$/.test(value) ? Number(value) : NaN;
    if (!Number.isSafeInteger(length)) throw new Refusal(400, "the Content-Length is malformed");
    this.contentLength = length;
  }

  #coding(value: string): void {
    if (this.minor === 0) throw new Refusal(400, "HTTP/1.0 has no Transfer-Encoding");
    if (this.contentLength !== undefined) {
      throw new Refusal(400, "there is a Content-Length beside a Transfer-Encoding");
    }
    if (value === "") throw new Refusal(400, "the Transfer-Encoding is empty");
    if (value.toLowerCase() !== "chunked") {
      throw new Refusal(501, "no Transfer-Encoding is known here but chunked");
    }
    this.chunked = true;
  }

  #connection(value: string): void {
    const options = value.split(",").map((option) => option.trim());
    if (options.includes("close")) this.keepAlive = false;
    else if (options.includes("keep-alive")) this.keepAlive = true;
  }

  #expect(value: string): void {
    if (value.toLowerCase() !== "100-continue") {
      throw new Refusal(417, "no expectation is known here but 100-continue");
    }
    this.expectsContinue = this.minor === 1;
  }
}

/** The fields at these places of the text. */
export function fieldsOf(text: string, places: readonly number[]): FieldLine[] {
  const lines: FieldLine[] = [];
  for (let i = 0; i < places.length; i += 4) {
    lines.push([
      text.slice(places[i], places[i + 1]),
      text.slice(places[i + 2], places[i + 3]),
    ]);
  }
  return lines;
}
