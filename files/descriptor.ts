/**
 * An open file.
 *
 * @module
 */

import {
  type BigIntStats,
  close as closeCallback,
  fstat as fstatCallback,
  open as openCallback,
  read as readCallback,
} from "node:fs";
import { promisify } from "node:util";

const open = promisify(openCallback);
const close = promisify(closeCallback);

/**
 * A descriptor of the system. It is none of the runtime's own handles, since those that nobody closes
 * end a process of Node when they are collected: an answer that somebody else has dropped must not do
 * that. This one is closed then.
 */
export class Descriptor {
  readonly #fd: number;
  #closing: Promise<void> | undefined;

  constructor(fd: number) {
    this.#fd = fd;
    registry().register(this, fd, this);
  }

  /** Opens the file with these flags of the system. */
  static async open(path: string, flags: number): Promise<Descriptor> {
    return new Descriptor(await open(path, flags));
  }

  /** What the system says about it now. */
  stat(): Promise<BigIntStats> {
    return new Promise((resolve, reject) => {
      fstatCallback(this.#open(), { bigint: true }, (error, stats) => {
        if (error === null) resolve(stats);
        else reject(error);
      });
    });
  }

  /** Reads at `position` into a part of `bytes`; resolves with how many have come: 0 at the end of the file. */
  read(
    bytes: Uint8Array<ArrayBuffer>,
    offset: number,
    length: number,
    position: number,
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      readCallback(this.#open(), bytes, offset, length, position, (error, count) => {
        if (error === null) resolve(count);
        else reject(error);
      });
    });
  }

  /** Closes it, once. Nothing may be reading from it. */
  close(): Promise<void> {
    if (this.#closing === undefined) {
      registry().unregister(this);
      this.#closing = close(this.#fd);
    }
    return this.#closing;
  }

  /** The number belongs to another file as soon as this one is closed. */
  #open(): number {
    if (this.#closing === undefined) return this.#fd;
    throw Object.assign(new Error("Cannot read the file: it is closed (EBADF)"), { code: "EBADF" });
  }
}

let forgotten: FinalizationRegistry<number> | undefined;

function registry(): FinalizationRegistry<number> {
  return forgotten ??= new FinalizationRegistry((fd) => {
    // Nobody is left who could be told.
    closeCallback(fd, () => undefined);
  });
}
