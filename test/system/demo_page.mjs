// Drives the demo page in the system's Chromium, by the keyboard alone, and prints what it has seen.
// To be run with Node: demo_page.mjs ADDRESS FOLDER NAME
// In FOLDER it leaves pictures whose names begin with NAME.

import { execFileSync } from "node:child_process";
import { chromium } from "playwright-core";

const [base, folder, name] = process.argv.slice(2);

/** Two people: one at a desk, one with a telephone who wants it dark, and nothing to move. */
const PEOPLE = {
  desk: { colorScheme: "light", viewport: { width: 1100, height: 900 } },
  phone: {
    colorScheme: "dark",
    reducedMotion: "reduce",
    viewport: { width: 320, height: 640 },
  },
};

/** What happens in a page that should not: errors, and anything that is from elsewhere. */
async function opened(person, path = "/") {
  const context = await browser.newContext(person);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const wrong = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) wrong.push(message.text());
  });
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText;
    if (why !== "net::ERR_ABORTED") wrong.push(`${request.url()}: ${why}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${base}/`)) wrong.push(`asks ${request.url()}`);
  });
  await page.exposeFunction("violated", (what) => wrong.push(what));
  await page.addInitScript(() => {
    addEventListener(
      "securitypolicyviolation",
      (event) => globalThis.violated(`${event.violatedDirective}: ${event.blockedURI}`),
    );
  });
  await page.goto(base + path);
  return { page, wrong, close: () => context.close() };
}

/** Presses Tab until the element has the focus; gives what had it on the way, and whether one saw it. */
async function tabTo(page, id) {
  const passed = [];
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press("Tab");
    const [focused, visible] = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return [document.activeElement.id, outlineStyle === "solid" && outlineWidth === "3px"];
    });
    passed.push(visible ? focused : `${focused} (unseen)`);
    if (focused === id) return passed;
  }
  throw new Error(`Cannot reach ${id} by Tab: ${passed.join()}`);
}

/** A whole run, begun by the keyboard. */
async function wholeRun(page, file) {
  const text = (id) => page.locator(`#${id}`).textContent();
  // As who does not see it is told.
  const said = () => page.getByRole("status").textContent();
  const count = (selector) => page.locator(`#lanes ${selector}`).count();
  const moves = page.evaluate(() =>
    new Promise((resolve) => {
      let moves = 0;
      const chart = document.getElementById("chart");
      new MutationObserver(() => moves++).observe(chart, { attributeFilter: ["style"] });
      const start = document.getElementById("start");
      new MutationObserver(() => {
        if (start.textContent === "Start") resolve(moves);
      }).observe(start, { childList: true });
    })
  );
  const focus = await tabTo(page, "start");
  await page.keyboard.press("Enter");
  const began = await said();
  await page.locator("#lanes .fast:not(.running)").nth(2).waitFor();
  const meanwhile = {
    slow: await count(".slow.running"),
    fast: await count(".fast:not(.running)"),
  };
  focus.push(...await tabTo(page, "one"));
  const before = await count(".fast");
  await page.keyboard.press("Space");
  const own = page.locator("#lanes .fast").nth(before);
  await own.and(page.locator(":not(.running)")).waitFor();
  const asked = {
    slow: await count(".slow.running"),
    lane: await own.locator(".label").textContent(),
  };
  await page.screenshot({ path: `${file}-during.png`, fullPage: true });
  focus.push(...await tabTo(page, "slow"), ...await tabTo(page, "compare"));
  const moved = await moves;
  const ended = await said();
  const lanes = await page.locator("#lanes li").allInnerTexts();
  const width = () =>
    page.locator("#lanes .slow .own").first().evaluate((bar) => bar.getBoundingClientRect().width);
  const alone = await width();
  await page.keyboard.press("Space");
  const compared = {
    turns: await page.locator("#lanes .turn:visible").count(),
    scale: await width() / alone,
  };
  await page.screenshot({ path: `${file}-after.png`, fullPage: true });
  const overflow = await page.evaluate(() => {
    const [root, ...parts] = document.querySelectorAll("html, #chart, pre");
    const beyond = ({ scrollWidth, clientWidth }) => scrollWidth - clientWidth;
    return Math.max(root.scrollWidth - innerWidth, ...parts.map(beyond));
  });
  const figures = [await text("running"), await text("answered")];
  const tones = await page.evaluate(contrasts);
  if (!(await text("try")).includes(`curl ${base}/sleep`)) {
    throw new Error("it says another address");
  }
  return {
    focus,
    began,
    meanwhile,
    asked,
    ended,
    lanes,
    compared,
    overflow,
    moved,
    figures,
    tones,
  };
}

/** How much what is read or looked at stands out of what is behind it, as WCAG counts. */
function contrasts() {
  const luminance = (colour) => {
    const [r, g, b] = colour.match(/[0-9.]+/g).map((part) => {
      const value = Number(part) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (...colours) => {
    const [dark, light] = colours.map(luminance).sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const style = (selector) => getComputedStyle(document.querySelector(selector));
  const panel = style("#chart").backgroundColor;
  const paper = style("body").backgroundColor;
  return {
    text: Math.min(
      ratio(style("body").color, paper),
      ratio(style(".note").color, paper),
      ratio(style(".times").color, panel),
      ratio(style("#start").color, style("#start").backgroundColor),
    ),
    shapes: Math.min(
      ratio(style(".slow .own").backgroundColor, panel),
      ratio(style(".fast .own").backgroundColor, panel),
      ratio(style(".turn").borderTopColor, panel),
      ratio(style("#one").borderTopColor, paper),
    ),
    dark: luminance(paper) < 0.1,
  };
}

/** More slow requests than the browser opens connections; each takes a second. All by the keyboard. */
async function crowdedRun(page) {
  await tabTo(page, "slow");
  await page.keyboard.press("8");
  await tabTo(page, "each");
  await page.keyboard.press("1");
  await page.locator("#start").press("Enter");
  await page.getByRole("status").filter({ hasText: "Done" }).waitFor();
  return {
    said: await page.getByRole("status").textContent(),
    held: await page.locator("#lanes .slow .held").count(),
  };
}

/** What is said when there is no `/sleep`, and when nobody answers at all. */
async function failures(page) {
  const said = [];
  for (const answer of [{ status: 404 }, undefined]) {
    await page.route("**/sleep?*", (route) => answer ? route.fulfill(answer) : route.abort());
    await page.locator("#start").press("Enter");
    await page.getByRole("status").filter({ hasText: /server has|Cannot/ }).waitFor();
    said.push(await page.getByRole("status").textContent());
    await page.unrouteAll();
  }
  return said;
}

/** A run that is stopped soon after its beginning. */
async function stoppedRun(page) {
  await page.locator("#start").focus();
  await page.keyboard.press("Enter");
  await page.locator("#lanes .fast:not(.running)").first().waitFor();
  await page.keyboard.press("Enter");
  await page.locator("#start", { hasText: "Start" }).waitFor();
  return {
    said: await page.getByRole("status").textContent(),
    failed: await page.locator("#lanes .slow.failed").count(),
  };
}

/** What the page's own arithmetic says of three requests. */
async function turns(page) {
  return await page.evaluate(async () => {
    const { oneAtATime } = await import("/schedule.js");
    const requests = [
      { from: 20, sent: 20, to: 25 },
      { from: 0, sent: 0, to: 100 },
      { from: 500, sent: 600, to: 610 },
    ];
    const found = oneAtATime(requests);
    return requests.map((request) => found.get(request));
  });
}

const browser = await chromium.launch({
  executablePath: execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim(),
  // Whoever is root has no sandbox; nothing but the page is opened.
  args: ["--no-sandbox"],
});
try {
  const seen = {};
  const look = async (who, person) => {
    const { page, wrong, close } = await opened(person);
    const run = await wholeRun(page, `${folder}/${name}-${who}`);
    const stopped = await stoppedRun(page);
    seen[who] = { ...run, stopped, turns: await turns(page), wrong };
    await close();
  };
  const crowd = async () => {
    const { page, wrong, close } = await opened(PEOPLE.desk);
    seen.crowd = { ...await crowdedRun(page), wrong: [...wrong] };
    seen.failures = await failures(page);
    await close();
  };
  const plain = async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(base);
    seen.plain = {
      heading: await page.locator("h1").textContent(),
      demo: await page.locator("#demo").isVisible(),
      note: await page.locator("noscript").isVisible(),
      steps: await page.locator(".steps li:visible").count(),
    };
    await context.close();
  };
  await Promise.all([look("desk", PEOPLE.desk), look("phone", PEOPLE.phone), crowd(), plain()]);
  console.log(JSON.stringify(seen));
} finally {
  await browser.close();
}
