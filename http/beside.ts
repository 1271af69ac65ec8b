/**
 * Fields beside an object that somebody else has made.
 *
 * @module
 */

/**
 * Returns what it is given, so that a class that extends it puts its private fields there: beside the
 * object's own, where nobody else finds them.
 */
export class Beside {
  /** Gives `there`. */
  constructor(there: object) {
    return there;
  }
}
