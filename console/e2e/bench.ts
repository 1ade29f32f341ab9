/** `make bench-console`: how long a run of 30 000 events takes to open, and whether it can be used then. */

import { loadavg } from "node:os";
import type { Page } from "playwright-core";
import { it } from "vitest";
import { type Site, startSite } from "./browser";
import { recordLongRun, spansOf } from "./long";

const COUNT = 30_000;
const OPENINGS = 5;
const ID = "bench-long";

/** What is measured, in the order of the table; milliseconds from the navigation's or the click's begin. */
type Figures = Record<string, number>;

it("opens a long run", { timeout: 600_000 }, async () => {
  const site = await startSite();
  try {
    await recordLongRun(site, ID, COUNT);
    await site.api(`/api/traces/${ID}/analyze`, { method: "POST", body: {} });
    await quiet();
    const load = loadavg().map((each) => each.toFixed(1)).join(" ");
    const all: Figures[] = [];
    for (let at = 0; at < OPENINGS; at += 1) all.push(await measure(site));
    print(all, load);
  } finally {
    await site.stop();
  }
});

/** The workers that follow a recording are done, or the machine is busy with other things anyway. */
async function quiet(): Promise<void> {
  for (let at = 0; at < 30 && (loadavg()[0] ?? 0) > 1; at += 1) await new Promise((resolve) => setTimeout(resolve, 1_000));
}

async function measure(site: Site): Promise<Figures> {
  const page = await site.open("/memory");
  await page.getByRole("heading", { level: 1 }).waitFor();
  const served = site.cpu();
  const browser = await page.context().newCDPSession(page);
  await browser.send("Performance.enable");
  await page.goto(`${site.url}/runs/${ID}`, { waitUntil: "commit" });
  const figures: Figures = {
    "first words, ms": await moment(page, { selector: "article.event .said" }),
    "first steps, ms": await moment(page, { selector: ".span" }),
    "all steps and counts, ms": await moment(page, { selector: ".pane", text: `${spansOf(COUNT).toLocaleString("en")} steps over` }),
    "of the server's processor, ms": (site.cpu() - served) * 1_000,
  };
  const { metrics } = await browser.send("Performance.getMetrics");
  figures["of the page's thread, ms"] = (metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0) * 1_000;
  figures["to the critical step, ms"] = await jump(page, "Critical step");
  figures["to the last, ms"] = await jump(page, "Last");
  Object.assign(figures, await scroll(page));
  Object.assign(
    figures,
    await page.evaluate(() => {
      const asked = performance.getEntriesByType("resource").filter((each) => each.name.includes("/api/")) as PerformanceResourceTiming[];
      const memory = (performance as unknown as { memory?: { usedJSHeapSize: number } }).memory;
      return {
        "requests of the API": asked.length,
        "read, MB": asked.reduce((sum, each) => sum + each.encodedBodySize, 0) / 1e6,
        "heap, MB": (memory?.usedJSHeapSize ?? 0) / 1e6,
      };
    }),
  );
  await page.context().close();
  return figures;
}

interface Wanted {
  selector: string;
  text?: string;
  /** A box that it is to be seen in. */
  within?: string;
}

/** When something came to be, looked at in each frame; milliseconds from the navigation's begin. */
async function moment(page: Page, wanted: Wanted): Promise<number> {
  const found = await page.waitForFunction(
    ({ selector, text = "", within }) => {
      const element = document.querySelector(selector);
      if (!element?.textContent?.includes(text)) return false;
      if (within !== undefined) {
        const box = document.querySelector(within)?.getBoundingClientRect();
        const place = element.getBoundingClientRect();
        if (!box || place.top >= box.bottom || place.bottom <= box.top) return false;
      }
      return performance.now();
    },
    wanted,
    { polling: "raf", timeout: 60_000 },
  );
  return (await found.jsonValue()) as number;
}

/** Click a button of the conversation; how long until the event that it leads to can be read. */
async function jump(page: Page, name: string): Promise<number> {
  const begun = await page.evaluate(() => performance.now());
  await page.getByRole("group", { name: "Go to" }).getByRole("button", { name, exact: true }).click();
  return (await moment(page, { selector: "article.event.selected", within: '[role="feed"]' })) - begun;
}

/** Wheel through the conversation for two seconds: the longest frame, and how many took over 50 ms. */
async function scroll(page: Page): Promise<Figures> {
  return page.evaluate(async () => {
    const box = document.querySelector('[role="feed"]') as HTMLElement;
    box.scrollTop = 0;
    const gaps: number[] = [];
    const end = performance.now() + 2_000;
    let before = performance.now();
    while (before < end) {
      box.scrollTop += 800;
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      gaps.push(now - before);
      before = now;
    }
    return { "frames while scrolling, a second": gaps.length / 2, "of these over 50 ms, in two seconds": gaps.filter((gap) => gap > 50).length, "longest frame, ms": Math.max(...gaps) };
  });
}

function print(all: Figures[], load: string): void {
  const median = (name: string) => {
    const sorted = all.map((each) => each[name] ?? 0).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  };
  const worst = (name: string) => Math.max(...all.map((each) => each[name] ?? 0));
  const show = (value: number) => (value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(1));
  const rows = Object.keys(all[0] ?? {}).map((name) => `| ${name} | ${show(median(name))} | ${show(worst(name))} |`);
  console.log(["", `### A run of ${COUNT.toLocaleString("en")} events, ${OPENINGS} openings, load ${load}`, "", "| | median | worst |", "| --- | ---: | ---: |", ...rows, ""].join("\n"));
}
