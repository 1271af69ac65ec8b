/**
 * What a bad network does to a connection, decided by chance before it begins.
 */

import type { Seeded } from "./seeded.ts";

/** The direction of bytes: up is to the server. */
export type Direction = "up" | "down";

/**
 * What goes wrong:
 *
 * - `cut`: both sides are told the end of file, in the middle;
 * - `reset`: both sides are told that the other one is gone;
 * - `vanish`: one direction ends with a reset, and the other side is told nothing any more;
 * - `stall`: from here on this direction carries nothing, and nobody is told;
 * - `finish`: the end of file comes too early in this direction; the other one goes on.
 */
export const FAULTS = ["cut", "reset", "vanish", "stall", "finish"] as const;

/** One of {@linkcode FAULTS}. */
export type FaultKind = typeof FAULTS[number];

/** What goes wrong, and when. */
export interface Fault {
  readonly kind: FaultKind;
  readonly direction: Direction;
  /** After how many bytes of that direction. */
  readonly at: number;
}

/** How one connection is carried. */
export interface Plan {
  /** Which connection it is, in the order in which they are made. */
  readonly id: number;
  /** `undefined`: nothing goes wrong, it may only take long. */
  readonly fault: Fault | undefined;
  /** The most bytes that go in one piece. */
  readonly piece: number;
  /** How many of the others' events may come first, at most, for each piece. */
  readonly delay: number;
}

/** In how many pieces everything comes, more or less; few bytes come one by one. */
const PIECES = [40, 8, 1] as const;

/** Decides; a fault comes within about the first `bytes`. */
export function planOf(chance: Seeded, id: number, faulty: boolean, bytes: number): Plan {
  const fault: Fault | undefined = faulty
    ? {
      kind: chance.pick(FAULTS),
      direction: chance.pick(["up", "down"] as const),
      at: chance.once(4) ? 0 : chance.below(bytes),
    }
    : undefined;
  return { id, fault, piece: Math.ceil(bytes / chance.pick(PIECES)), delay: chance.below(3) };
}

/** For the message of a failure. */
export function describe({ id, fault, piece, delay }: Plan): string {
  const what = fault === undefined ? "no fault" : `${fault.kind} ${fault.direction} at ${fault.at}`;
  return `connection ${id}: ${what}, pieces of ${piece}, delay ${delay}`;
}
