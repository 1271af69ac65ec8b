/**
 * Small files that were asked for, kept in memory.
 *
 * @module
 */

import { type BigIntStats, existsSync, statSync } from "node:fs";
import { type AcceptedCodings, type Coding, CODINGS } from "./accepted_codings.ts";
import type { Content } from "./content.ts";
import { clearAt, isOutdated, isSameVersion } from "./file_version.ts";
import { holds } from "./held_bytes.ts";
import { Turns } from "./turns.ts";

/** What an entry takes besides its bytes, roughly: an attacker could ask for many empty files. */
const ENTRY_BYTES = 4096;

/** A file as it was when it was read. Without bytes, only its version is known. */
export interface HotFile {
  /** Where it is. */
  readonly path: string;
  readonly content: Content;
}

interface Entry extends HotFile {
  /** How much of the memory it takes. */
  readonly cost: number;
  /** The turn in which it was looked at last. */
  turn: number;
  /** Whether a look at the file is enough from now on. */
  isClear: boolean;
  /** The turns in which there was no neighbour, one for each coding. */
  readonly absent: number[];
}

/**
 * Files by their path in URLs, up to so many bytes; those go first that nobody has asked for for longest.
 *
 * An entry is good when the system says of its path what it said when the file was read, and says so
 * now: each time that it is asked for, or once a turn of the event loop for requests that have come in
 * it. That costs 1.5 µs on Node and Bun and 5 µs on Deno, and blocks as long as the file system does.
 * Where the system's words are not fine enough for a new file, it is read and compared.
 */
export class HotFiles {
  readonly #limit: number;
  readonly #entries = new Map<string, Entry>();
  readonly #turns = new Turns();
  #size = 0;

  /** Keeps `limit` bytes at most. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many bytes it takes, roughly. */
  get size(): number {
    return this.#size;
  }

  /** Keeps the file at `key`, in the coding of its content; what it has of the same version it keeps. */
  set(key: string, coding: Coding | null, { path, content }: HotFile): void {
    const place = placeOf(key, coding);
    const before = this.#entries.get(place)?.content;
    if (content.bytes === null && before && isSameVersion(before.version, content.version)) return;
    this.#delete(place);
    const cost = ENTRY_BYTES + 4 * key.length + (content.bytes?.length ?? 0);
    if (cost > this.#limit) return;
    this.#entries.set(place, {
      path,
      content,
      cost,
      turn: 0,
      isClear: content.bytes === null || clearAt(content.version) === 0,
      absent: CODINGS.map(() => 0),
    });
    this.#size += cost;
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= this.#limit) break;
      this.#delete(oldest);
    }
  }

  /**
   * The best of what a client takes of the file at `key`; `undefined` when that is not known here. With
   * `mayShareLook`, what was looked at in this turn of the event loop is not looked at again.
   */
  find(key: string, accepted: AcceptedCodings, mayShareLook: boolean): Content | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const turn = mayShareLook ? this.#turns.current : NaN;
    if (!this.#isCurrent(key, entry, turn)) return undefined;
    for (const coding of accepted.codings) {
      const place = placeOf(key, coding);
      const neighbour = this.#entries.get(place);
      if (neighbour === undefined) {
        if (!isAbsent(entry, coding, turn)) return undefined;
      } else {
        if (!this.#isCurrent(place, neighbour, turn)) return undefined;
        if (!isOutdated(neighbour.content.version, entry.content.version)) {
          return held(neighbour.content);
        }
      }
    }
    return accepted.identity ? held(entry.content) : undefined;
  }

  #isCurrent(place: string, entry: Entry, turn: number): boolean {
    if (entry.turn === turn) return true;
    const stats = statsOf(entry.path);
    if (
      stats === undefined || !isSameVersion(stats, entry.content.version) || !hasSameBytes(entry)
    ) {
      this.#delete(place);
      return false;
    }
    entry.turn = turn;
    // The last place is for what was asked for last.
    this.#entries.delete(place);
    this.#entries.set(place, entry);
    return true;
  }

  #delete(place: string): void {
    const entry = this.#entries.get(place);
    if (entry === undefined) return;
    this.#entries.delete(place);
    this.#size -= entry.cost;
  }
}

/** Where the times that are told are not fine enough for a new file, its bytes are. */
function hasSameBytes(entry: Entry): boolean {
  if (entry.isClear) return true;
  const { bytes, version } = entry.content;
  const now = Date.now();
  if (bytes === null || !holds(entry.path, bytes)) return false;
  entry.isClear = now >= clearAt(version);
  return true;
}

function held(content: Content): Content | undefined {
  return content.bytes === null ? undefined : content;
}

/** Whether there is no such neighbour; one that appears has to be read. */
function isAbsent(entry: Entry, coding: Coding, turn: number): boolean {
  const index = CODINGS.indexOf(coding);
  if (entry.absent[index] === turn) return true;
  if (existsSync(entry.path + coding.extension)) return false;
  entry.absent[index] = turn;
  return true;
}

/** No path has a NUL in it. */
function placeOf(key: string, coding: Coding | null): string {
  return coding === null ? key : `${key}\0${coding.name}`;
}

function statsOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    // Whoever reads it is told why.
    return undefined;
  }
}
