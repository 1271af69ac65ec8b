/**
 * IP addresses and networks, as text and as bytes.
 *
 * @module
 */

/** How many leading bits say that an IPv6 address stands for one of IPv4 (RFC 4291, section 2.5.5.2). */
const MAPPED_BITS = 96;
const MAPPED_PREFIX: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** An address of IPv4 (4 bytes) or IPv6 (16); `undefined` when `text` is none. A zone is none of it. */
export function parseIp(text: string): Uint8Array | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/** Four decimal numbers. One with a zero in front is refused: some read it as octal. */
function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  const plain = parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255);
  return plain ? Uint8Array.from(parts, Number) : undefined;
}

/** Groups of hexadecimal digits, one run of zeros left out as `::`, the end perhaps as IPv4 (RFC 4291, section 2.2). */
function parseIpv6(text: string): Uint8Array | undefined {
  // The longest has 45 characters; what is longer is not looked at.
  if (text.length > 45) return undefined;
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => bytesOf(half, index === halves.length - 1));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const missing = 16 - head.length - (tail?.length ?? 0);
  // `::` stands for one group at least.
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  return Uint8Array.from([...head, ...new Array<number>(missing).fill(0), ...tail ?? []]);
}

/** The bytes of groups with single colons between them; IPv4 may only stand at the end. */
function bytesOf(half: string, last: boolean): number[] | undefined {
  if (half === "") return [];
  const groups = half.split(":");
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
      continue;
    }
    const v4 = last && index === groups.length - 1 ? parseIpv4(group) : undefined;
    if (v4 === undefined) return undefined;
    bytes.push(...v4);
  }
  return bytes;
}

/** The address in the one form that is recommended (RFC 5952): `10.0.0.1`, `2001:db8::1`, `::ffff:10.0.0.1`. */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  if (isMapped(bytes)) return `::ffff:${bytes.subarray(12).join(".")}`;
  const groups = Array.from({ length: 8 }, (_, i) => {
    return (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16);
  });
  const run = longestZeros(groups);
  if (run.length < 2) return groups.join(":");
  return `${groups.slice(0, run.start).join(":")}::${
    groups.slice(run.start + run.length).join(":")
  }`;
}

function longestZeros(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === "0") length++;
    // The first of several that are equally long.
    if (length > best.length) best = { start, length };
  }
  return best;
}

function isMapped(bytes: Uint8Array): boolean {
  return bytes.length === 16 && MAPPED_PREFIX.every((byte, index) => bytes[index] === byte);
}

/** An address and how many of its leading bits count. */
export interface IpNetwork {
  /** 4 or 16 bytes. */
  readonly bytes: Uint8Array;
  /** 0 to 8 times as many. */
  readonly bits: number;
}

/** A network in the notation of RFC 4632, or a single address; `undefined` when `text` is neither. */
export function parseNetwork(text: string): IpNetwork | undefined {
  const [address = "", length, ...more] = text.split("/");
  const bytes = parseIp(address);
  if (bytes === undefined || more.length > 0) return undefined;
  if (length !== undefined && !/^(0|[1-9][0-9]{0,2})$/.test(length)) return undefined;
  const bits = length === undefined ? bytes.length * 8 : Number(length);
  if (bits > bytes.length * 8) return undefined;
  // A listener on `::` tells IPv4 peers as mapped addresses, one on `0.0.0.0` as plain ones.
  return isMapped(bytes) && bits >= MAPPED_BITS
    ? { bytes: bytes.subarray(12), bits: bits - MAPPED_BITS }
    : { bytes, bits };
}

/** Whether `address` lies in `network`; a mapped address is the same as that of IPv4. */
export function contains({ bytes, bits }: IpNetwork, address: Uint8Array): boolean {
  const other = isMapped(address) ? address.subarray(12) : address;
  if (other.length !== bytes.length) return false;
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (bytes[i] !== other[i]) return false;
  const mask = (0xff00 >> (bits & 7)) & 0xff;
  return (((bytes[whole] ?? 0) ^ (other[whole] ?? 0)) & mask) === 0;
}
