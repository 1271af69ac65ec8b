/** The controls of the page: what they start, and what is shown meanwhile. */

import { Run } from "./run.js";
import { oneAtATime } from "./schedule.js";
import { beginning, slowest, summary } from "./summary.js";
import { addLane, clear, seconds, setNow, setSpan } from "./timeline.js";

const BEAT_MS = 250;
/** Without motion, the clock moves in steps. */
const STEP_MS = 500;

const by = (id) => document.getElementById(id);
const withoutMotion = matchMedia("(prefers-reduced-motion: reduce)");

let run;
let lanes = new Map();

/** Begins a run with `work`, and shows it until nothing is under way. */
async function begin(lanesExpected, work) {
  lanes = new Map();
  clear(lanesExpected);
  const own = run = new Run((request) => {
    const lane = addLane(request);
    lanes.set(request, lane);
    return lane.end;
  });
  const shown = show(own);
  work(own);
  await own.settled();
  await shown;
  if (own !== run) return;
  for (const [request, turn] of oneAtATime(own.answered())) lanes.get(request)?.compare(turn);
  scale();
  by("start").textContent = "Start";
  by("status").textContent = summary(own);
}

/** Slow requests, and fast ones until those have ended. */
async function slowAndFast(own, count, ms) {
  let slow = count;
  for (let i = 0; i < count; i++) {
    void own.ask("slow", `/sleep?ms=${ms}&`).then(() => slow--);
  }
  while (slow > 0 && !own.stopped) {
    void own.ask("fast", "/?");
    await new Promise((resolve) => setTimeout(resolve, BEAT_MS));
  }
}

/** Moves the clock and the figures until the run has ended. */
async function show(own) {
  for (;;) {
    setNow(own.now());
    by("clock").textContent = seconds(own.now());
    by("running").textContent = String(own.underWay);
    by("answered").textContent = String(own.answered().length);
    by("slowest").textContent = slowest(own);
    if (own.ended !== undefined || own !== run) return;
    await new Promise((resolve) => {
      if (withoutMotion.matches) setTimeout(resolve, STEP_MS);
      else requestAnimationFrame(resolve);
    });
  }
}

/** Shows the comparison or not; the scale has room for what is shown. */
function scale() {
  const compared = by("compare").checked;
  by("demo").classList.toggle("comparing", compared);
  if (run?.ended === undefined) return;
  const turns = compared ? [...oneAtATime(run.answered()).values()] : [];
  setSpan(Math.max(run.ended, ...turns.map(({ to }) => to)));
}

const isOn = () => run !== undefined && run.ended === undefined;

by("start").addEventListener("click", () => {
  if (isOn()) return run.stop();
  const [count, ms] = ["slow", "each"].map((id) => Number(by(id).value));
  by("start").textContent = "Stop";
  by("status").textContent = beginning(count);
  void begin(count + ms / BEAT_MS, (own) => void slowAndFast(own, count, ms));
});
by("one").addEventListener("click", () => {
  if (isOn()) void run.ask("fast", "/?");
  else void begin(4, (own) => void own.ask("fast", "/?"));
});
by("compare").addEventListener("change", scale);
by("demo").hidden = false;
by("try").textContent = by("try").textContent.replaceAll("http://127.0.0.1:7878", location.origin);
setSpan(0);
scale();
