/**
 * The dates of fields: RFC 9110, section 5.6.7.
 *
 * @module
 */

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const TIME = "([0-9]{2}):([0-9]{2}):([0-9]{2})";
/** `Sun, 06 Nov 1994 08:49:37 GMT` */
const IMF = new RegExp(
  `^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ${TIME} GMT$`,
);
/** `Sunday, 06-Nov-94 08:49:37 GMT` */
const RFC850 = new RegExp(
  `^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, ([0-9]{2})-([A-Z][a-z]{2})-([0-9]{2}) ${TIME} GMT$`,
);
/** `Sun Nov  6 08:49:37 1994` */
const ASCTIME = new RegExp(
  `^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([A-Z][a-z]{2}) ([ 0-9][0-9]) ${TIME} ([0-9]{4})$`,
);
/** A year of two digits that would be further in the future is one of the past. */
const MAX_YEARS_AHEAD = 50;

/** The second in milliseconds since 1970 that `text` means, in one of three forms; NaN when it is no date. */
export function parseHttpDate(text: string): number {
  const imf = IMF.exec(text);
  if (imf !== null) return millisecondsOf(imf[3], imf[2], imf[1], imf[4], imf[5], imf[6]);
  const asctime = ASCTIME.exec(text);
  if (asctime !== null) {
    const [, month, day, hour, minute, second, year] = asctime;
    return millisecondsOf(year, month, day, hour, minute, second);
  }
  const [, day, month, digits, hour, minute, second] = RFC850.exec(text) ?? [];
  if (digits === undefined) return NaN;
  const now = new Date().getUTCFullYear();
  const year = now - now % 100 + Number(digits);
  const past = year > now + MAX_YEARS_AHEAD ? 100 : 0;
  return millisecondsOf(String(year - past), month, day, hour, minute, second);
}

function millisecondsOf(
  year = "",
  month = "",
  day = "",
  hour = "",
  minute = "",
  second = "",
): number {
  const index = MONTHS.indexOf(month);
  const seconds = Number(second);
  // 60 is a leap second, which POSIX does not count.
  if (index < 0 || Number(hour) > 23 || Number(minute) > 59 || seconds > 60) return NaN;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), index, Number(day));
  if (date.getUTCMonth() !== index || date.getUTCDate() !== Number(day)) return NaN;
  return date.setUTCHours(Number(hour), Number(minute), Math.min(seconds, 59));
}
