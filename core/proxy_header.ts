/**
 * The header of the PROXY protocol, versions 1 and 2: what a proxy says of the connection that it
 * passes on. Follows "The PROXY protocol" of HAProxy (proxy-protocol.txt), section 2.
 *
 * @module
 */

import type { Addr } from "./addr.ts";
import { NetworkError } from "./errors.ts";
import { formatIp, parseIp } from "./ip_network.ts";

/** The longest header of version 1, with its CRLF. */
const V1_BYTES = 107;
/** `PROXY` and a space. */
const V1_START: Uint8Array = Uint8Array.of(80, 82, 79, 88, 89, 32);
const V2_START: Uint8Array = Uint8Array.of(13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10);
/** The fixed part of version 2. */
const V2_FIXED_BYTES = 16;
const UNIX_PATH_BYTES = 108;
/** What version 2 says of addresses at most: two paths of unix sockets. The rest is extensions. */
const V2_KEPT_BYTES = V2_FIXED_BYTES + 2 * UNIX_PATH_BYTES;
const [CR, LF] = [13, 10];

/** Both addresses that a header names, as the client and the proxy see them. */
export interface ProxiedEnds {
  /** Where the client has connected to. */
  readonly localAddr: Addr;
  /** The client. */
  readonly remoteAddr: Addr;
}

/**
 * Reads one header, however its bytes are cut. Each byte is looked at once, and one that cannot be part
 * of a header is refused as soon as it comes. No more than 232 bytes are kept: extensions (TLVs) are
 * counted and passed over.
 */
export class ProxyHeaderReader {
  /** What the header says; `undefined` before it is complete, and when it names no addresses (LOCAL, UNKNOWN). */
  ends: ProxiedEnds | undefined;

  readonly #maxBytes: number;
  readonly #kept = new Uint8Array(V2_KEPT_BYTES);
  /** How many bytes have come so far. */
  #count = 0;
  #version: 1 | 2 = 1;
  /** How many bytes a header of version 2 has, once it has said so. */
  #total = Infinity;

  /** Refuses a header of version 2 with more than `maxBytes`. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Takes what has come; the bytes behind the header when it is complete, perhaps none, and `undefined`
   * when there is more to come. Throws a NetworkError: `EBADMSG` for what is no header, `EMSGSIZE` for one
   * that is too long.
   */
  push(chunk: Uint8Array): Uint8Array | undefined {
    for (const [index, byte] of chunk.entries()) {
      if (this.#take(byte)) return chunk.subarray(index + 1);
    }
    return undefined;
  }

  /** Whether that was the last byte. */
  #take(byte: number): boolean {
    const at = this.#count++;
    if (at < this.#kept.length) this.#kept[at] = byte;
    if (at === 0) this.#version = byte === V2_START[0] ? 2 : 1;
    return this.#version === 1 ? this.#takeV1(byte, at) : this.#takeV2(byte, at);
  }

  #takeV1(byte: number, at: number): boolean {
    if (at < V1_START.length ? byte !== V1_START[at] : byte !== CR && byte !== LF && byte < 32) {
      throw malformed(`byte ${at + 1} is ${byte}`);
    }
    const afterCr = at > 0 && this.#kept[at - 1] === CR;
    if (afterCr !== (byte === LF)) throw malformed(`no CRLF, but byte ${at + 1} is ${byte}`);
    if (afterCr) this.ends = endsOfLine(this.#kept.subarray(V1_START.length, at - 1));
    else if (at + 1 === V1_BYTES) throw tooLong(`a line without an end in ${V1_BYTES} bytes`);
    return afterCr;
  }

  #takeV2(byte: number, at: number): boolean {
    if (at < V2_START.length && byte !== V2_START[at]) throw malformed(`byte ${at + 1} is ${byte}`);
    if (at === 12 && byte !== 0x20 && byte !== 0x21) {
      throw malformed(`version and command are 0x${byte.toString(16)}`);
    }
    if (at === 13 && (byte >> 4 > 3 || (byte & 15) > 2)) {
      throw malformed(`family and protocol are 0x${byte.toString(16)}`);
    }
    if (at === V2_FIXED_BYTES - 1) this.#total = this.#lengthV2();
    if (this.#count < this.#total) return false;
    this.ends = this.#endsOfV2();
    return true;
  }

  #lengthV2(): number {
    const [command = 0, family = 0, high = 0, low = 0] = this.#kept.subarray(12, V2_FIXED_BYTES);
    const length = (high << 8) | low;
    const total = V2_FIXED_BYTES + length;
    if (total > this.#maxBytes) throw tooLong(`${total} bytes, more than ${this.#maxBytes}`);
    const needed = [0, 12, 36, 2 * UNIX_PATH_BYTES][family >> 4] ?? 0;
    if (command === 0x21 && length < needed) {
      throw malformed(`its addresses need ${needed} bytes, and it has ${length}`);
    }
    return total;
  }

  #endsOfV2(): ProxiedEnds | undefined {
    const [command = 0, family = 0] = this.#kept.subarray(12);
    const body = this.#kept.subarray(V2_FIXED_BYTES);
    // Only a stream is what this connection can stand for. What is not known is not taken for known.
    if (command === 0x20 || (family & 15) !== 1) return undefined;
    if (family >> 4 === 1) return tcpEnds(body, 4);
    if (family >> 4 === 2) return tcpEnds(body, 16);
    return family >> 4 === 3
      ? {
        remoteAddr: unixAddr(body.subarray(0, UNIX_PATH_BYTES)),
        localAddr: unixAddr(body.subarray(UNIX_PATH_BYTES)),
      }
      : undefined;
  }
}

/** Source and target address, then their ports. */
function tcpEnds(body: Uint8Array, size: number): ProxiedEnds {
  const [view, ports] = [new DataView(body.buffer, body.byteOffset), 2 * size];
  const addr = (from: number, port: number): Addr => ({
    transport: "tcp",
    hostname: formatIp(body.subarray(from, from + size)),
    port: view.getUint16(port),
  });
  return { remoteAddr: addr(0, ports), localAddr: addr(size, ports + 2) };
}

/** A path ends at a NUL; one that begins with a NUL is an abstract name. */
function unixAddr(field: Uint8Array): Addr {
  const end = field.indexOf(0, 1);
  const path = new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
  return { transport: "unix", path: path === "\0" ? "" : path };
}

/** The line of version 1, without the word PROXY and without its end. */
function endsOfLine(line: Uint8Array): ProxiedEnds | undefined {
  const text = String.fromCharCode(...line);
  const fields = text.split(" ");
  const [family, source = "", target = "", sourcePort = "", targetPort = ""] = fields;
  // Whatever stands behind it is to be ignored.
  if (family === "UNKNOWN") return undefined;
  const size = family === "TCP4" ? 4 : family === "TCP6" ? 16 : undefined;
  if (size === undefined) throw malformed(`the family is ${JSON.stringify(family)}`);
  if (fields.length !== 5) throw malformed(`it has ${fields.length} fields`);
  const addr = (address: string, port: string): Addr => {
    const bytes = parseIp(address);
    if (bytes?.length !== size) throw malformed(`the address is ${JSON.stringify(address)}`);
    if (!/^(0|[1-9][0-9]{0,4})$/.test(port) || Number(port) > 65535) {
      throw malformed(`the port is ${JSON.stringify(port)}`);
    }
    return { transport: "tcp", hostname: formatIp(bytes), port: Number(port) };
  };
  return { remoteAddr: addr(source, sourcePort), localAddr: addr(target, targetPort) };
}

function malformed(reason: string): NetworkError {
  const message = `Cannot read the PROXY header: ${reason}`;
  return new NetworkError(message, { code: "EBADMSG" });
}

function tooLong(reason: string): NetworkError {
  const message = `Cannot read the PROXY header: ${reason}`;
  return new NetworkError(message, { code: "EMSGSIZE" });
}
