/**
 * Bytes whose place can be told, so that one that is lost, doubled or swapped is noticed.
 */

/** 0 B to 32 MiB, and the borders of the usual buffers. */
export const SIZES: readonly number[] = [0, 1, 65_535, 65_536, 65_537, 1 << 20, 32 << 20];

/** A prime, so that the pattern never lines up with a buffer. */
const PERIOD = 65_521;

const PATTERN = ((): Uint8Array => {
  const bytes = new Uint8Array(PERIOD);
  for (let i = 0, x = 1; i < PERIOD; i++) {
    x = Math.imul(x, 1_103_515_245) + 12_345 >>> 0;
    bytes[i] = x >>> 16;
  }
  return bytes;
})();

/** `size` bytes of the pattern. */
export function payload(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += PERIOD) {
    bytes.set(PATTERN.subarray(0, Math.min(PERIOD, size - at)), at);
  }
  return bytes;
}

/** Follows the pattern, chunk by chunk. */
export class Checker {
  /** How many bytes have been right so far. */
  count = 0;

  /** Fails at the first byte that is not the next one of the pattern. */
  take(chunk: Uint8Array): void {
    for (let i = 0; i < chunk.length; i++) {
      if (chunk[i] === PATTERN[(this.count + i) % PERIOD]) continue;
      throw new Error(
        `byte ${this.count + i} of the payload is wrong, of a chunk of ${chunk.length}`,
      );
    }
    this.count += chunk.length;
  }
}

/** Reads to the end of file; fails unless exactly `size` bytes of the pattern come. */
export async function expectPayload(
  reader: { read(): Promise<Uint8Array | null> },
  size: number,
): Promise<void> {
  const checker = new Checker();
  for (let chunk = await reader.read(); chunk !== null; chunk = await reader.read()) {
    if (chunk.length === 0) throw new Error("a chunk without bytes");
    checker.take(chunk);
  }
  if (checker.count !== size) throw new Error(`expected ${size} bytes, got ${checker.count}`);
}

/** Reads exactly `size` bytes of the pattern, or a little more when the last chunk has more; returns the checker. */
export async function readSome(
  reader: { read(): Promise<Uint8Array | null> },
  size: number,
  checker: Checker = new Checker(),
): Promise<Checker> {
  const goal = checker.count + size;
  while (checker.count < goal) {
    const chunk = await reader.read();
    if (chunk === null) {
      throw new Error(`expected ${goal} bytes, got the end of file after ${checker.count}`);
    }
    checker.take(chunk);
  }
  return checker;
}
