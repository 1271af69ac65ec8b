/**
 * The Date field: RFC 9110, section 6.6.1.
 *
 * @module
 */

let [second, line] = [0, ""];

/** The whole line for now, with its line end. It is made once a second. */
export function dateLine(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    line = `Date: ${new Date(now * 1000).toUTCString()}\r\n`;
  }
  return line;
}
