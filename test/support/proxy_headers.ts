/** Headers of the PROXY protocol, as a proxy sends them. */

const SIGNATURE = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10];

/** What a header of version 2 is made of. */
export interface V2 {
  /** Version and command. Default: 2, PROXY. */
  readonly command?: number;
  /** Family and protocol. Default: TCP over IPv4. */
  readonly family?: number;
  /** Addresses, ports and extensions. */
  readonly body?: readonly number[];
  /** The length that it says. Default: that of the body. */
  readonly length?: number;
}

/** A header of version 1: the rest of its line. */
export function v1(rest: string): Uint8Array {
  return new TextEncoder().encode(`PROXY ${rest}\r\n`);
}

/** A header of version 2. */
export function v2(
  { command = 0x21, family = 0x11, body = [], length = body.length }: V2,
): Uint8Array {
  return Uint8Array.of(...SIGNATURE, command, family, length >> 8, length & 255, ...body);
}

/** 192.0.2.1:1000 to 198.51.100.2:443. */
export const V4_BODY: readonly number[] = [192, 0, 2, 1, 198, 51, 100, 2, 3, 232, 1, 187];

/** [2001:db8::1]:1000 to [2001:db8::2]:443. */
export const V6_BODY: readonly number[] = [1, 2]
  .flatMap((last) => [32, 1, 13, 184, ...new Array<number>(11).fill(0), last])
  .concat([3, 232, 1, 187]);

/** The path of a unix socket in its field. */
export function unixField(path: string): number[] {
  const bytes = [...new TextEncoder().encode(path)];
  return [...bytes, ...new Array<number>(108 - bytes.length).fill(0)];
}

/** Several chunks as one. */
export function joined(...chunks: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
}
