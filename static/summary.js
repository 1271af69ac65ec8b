/** A run in words: what a screen reader says of it. */

import { oneAtATime } from "./schedule.js";
import { length, seconds } from "./timeline.js";

const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

const longest = (requests) => Math.max(0, ...requests.map(({ from, to }) => to - from));

/** What is said when a run begins. */
export function beginning(slow) {
  return `Running: ${count(slow, "slow request")} at once, and fast ones meanwhile.`;
}

/** What is said when it has ended. */
export function summary(run) {
  const failure = run.requests.find((request) => request.failure !== undefined)?.failure;
  if (run.stopped) {
    const answered = run.answered().length;
    const rest = run.requests.length - answered;
    return `Stopped after ${seconds(run.ended)}: ${
      count(answered, "answer")
    } came, ${rest} did not.`;
  }
  if (failure === "failed") return "Cannot reach the server: is it still running?";
  if (failure !== undefined) {
    return `The server has answered with ${failure}. It has /sleep only with its own pages, without --root.`;
  }
  const [slow, fast] = [run.answered("slow"), run.answered("fast")];
  const quick = `${count(fast.length, "fast request")} answered, ` +
    `the slowest in ${length(longest(fast))}.`;
  if (slow.length === 0) return `Done: ${quick}`;
  const last = Math.max(...[...oneAtATime(run.answered()).values()].map(({ to }) => to));
  return [
    `Done after ${seconds(run.ended)}: ${count(slow.length, "slow request")} answered, ` +
    `and meanwhile ${quick}`,
    held(run.answered()),
    `One at a time, the last answer would have come after ${seconds(last)}.`,
  ].filter((sentence) => sentence !== "").join(" ");
}

function held(requests) {
  const waited = requests.filter(({ from, sent }) => sent > from);
  if (waited.length === 0) return "";
  const most = Math.max(...waited.map(({ from, sent }) => sent - from));
  return `The browser has held ${waited.length} of them back, for ${seconds(most)} at most: ` +
    "it opens six connections to a server.";
}

/** The slowest of the fast ones so far. */
export function slowest(run) {
  const fast = run.answered("fast");
  return fast.length === 0 ? "–" : length(longest(fast));
}
