/** The drawing: one lane a request, all on one scale. It knows nothing of the network. */

const chart = document.getElementById("chart");
const axis = document.getElementById("axis");
const lanes = document.getElementById("lanes");
const empty = document.getElementById("empty");

/** Seconds, as the times are shown; a line does not end before the unit. */
export const seconds = (ms) => `${(ms / 1000).toFixed(2)}\u00a0s`;

/** How long something took; what is under a second says more in milliseconds. */
export const length = (ms) => ms < 1000 ? `${Math.max(1, Math.round(ms))}\u00a0ms` : seconds(ms);

/** An element with classes and text. */
function element(name, classes, text = "") {
  const made = document.createElement(name);
  made.className = classes;
  made.textContent = text;
  return made;
}

/** A bar in `track`; it ends with the clock while it has no end of its own. */
function bar(track, classes, from, to) {
  const made = element("span", `bar ${classes}`);
  place(made, from, to);
  track.append(made);
  return made;
}

function place(bar, from, to) {
  bar.style.setProperty("--from", String(from));
  if (to !== undefined) bar.style.setProperty("--to", String(to));
}

/** Empties the chart, and keeps room for as many lanes. */
export function clear(count) {
  lanes.replaceChildren();
  empty.hidden = true;
  chart.style.setProperty("--lanes", String(count));
  setSpan(4000);
}

/** Moves the clock; the scale grows with it. */
export function setNow(now) {
  chart.style.setProperty("--now", String(now));
  if (now > span) setSpan(now);
}

let span = 0;

/** Makes the scale as long as `ms`, in whole seconds, with a line every so many. */
export function setSpan(ms) {
  const whole = Math.max(4, Math.ceil(ms / 1000));
  if (span === whole * 1000) return;
  span = whole * 1000;
  const step = [1, 2, 5, 10, 20, 50].find((size) => whole / size <= 6) ?? 100;
  chart.style.setProperty("--span", String(span));
  chart.style.setProperty("--step", String(step * 1000));
  const ticks = [];
  for (let at = 0; at < whole; at += step) {
    const tick = element("span", "tick", `${at} s`);
    place(tick, at * 1000);
    ticks.push(tick);
  }
  axis.replaceChildren(...ticks);
}

/** Adds the lane of a request that begins; gives what is to be called when it ends. */
export function addLane({ name, kind, from }) {
  const lane = element("li", `lane ${kind} running`);
  const track = element("span", "track");
  const times = element("span", "times", `${seconds(from)} –`);
  const took = element("span", "took", "…");
  track.setAttribute("aria-hidden", "true");
  lane.append(element("span", "label", name), track, times, took);
  const own = bar(track, "own", from);
  lanes.append(lane);
  return {
    /** `sent` is when it left the browser. */
    end({ sent, to, failure }) {
      lane.classList.remove("running");
      lane.classList.toggle("failed", failure !== undefined);
      place(own, sent, to);
      if (sent > from) bar(track, "held", from, sent);
      times.textContent = `${seconds(from)} – ${seconds(to)}`;
      took.textContent = failure ?? length(to - from);
    },
    /** Draws the turn that it would have had. */
    compare(turn) {
      if (turn.from > from) bar(track, "wait", from, turn.from);
      bar(track, "turn", turn.from, turn.to);
    },
  };
}
