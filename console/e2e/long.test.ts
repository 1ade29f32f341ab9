import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { missing, type Site, startSite } from "./browser";
import { recordLongRun, spansOf } from "./long";

const COUNT = 12_000;

describe.skipIf(missing)("a long run", () => {
  let site: Site;
  beforeAll(async () => {
    site = await startSite();
    await recordLongRun(site, "e2e-long", COUNT);
  }, 120_000);
  afterAll(() => site.stop());
  afterEach(() => expect(site.complaints()).toEqual([]));

  /** The run's page, and what it asks about the run's events. */
  async function open(query = ""): Promise<{ page: Page; asked: string[]; steps: () => Promise<void> }> {
    const page = await site.open("/memory");
    const asked: string[] = [];
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (/\/(events|outline)$/.test(url.pathname)) asked.push(`${url.pathname.split("/").at(-1)} ${url.search}`);
    });
    await page.goto(`${site.url}/runs/e2e-long${query}`);
    const steps = () => page.getByText(`${spansOf(COUNT).toLocaleString("en")} steps over`).waitFor();
    return { page, asked, steps };
  }

  const inFull = (asked: string[]) => asked.filter((each) => each.startsWith("events"));

  it("is drawn from its outline, and read where one looks", async () => {
    const { page, asked, steps } = await open();
    await page.locator("article.event", { hasText: "Step 0." }).waitFor();
    await page.getByText("12,000 events", { exact: true }).waitFor();
    await steps();
    expect(inFull(asked)).toEqual(["events ?from_index=0&limit=100"]);
    expect(asked.length).toBe(1 + 5);
    expect(await page.locator("article.event").count()).toBeLessThan(60);
    expect(await page.getByRole("option").count()).toBeLessThan(90);
  });

  it("is at its end, and back at its beginning, without what lies between", async () => {
    const { page, asked, steps } = await open();
    await steps();
    await page.getByRole("button", { name: "Last", exact: true }).click();
    await page.locator("article.event.selected", { hasText: `#${COUNT - 1}` }).waitFor();
    await page.locator("article.event[aria-busy]").first().waitFor({ state: "detached" });
    await page.getByRole("button", { name: "First", exact: true }).click();
    await page.locator("article.event.selected", { hasText: "Step 0." }).waitFor();
    expect(inFull(asked).length).toBeLessThanOrEqual(4);
  });

  it("goes from a step in the timeline to where it is told", async () => {
    const { page, steps } = await open();
    await steps();
    await page.getByRole("listbox", { name: "Steps" }).focus();
    await page.keyboard.press("End");
    await page.locator("article.event.selected", { hasText: `#${COUNT - 2} ` }).waitFor();
  });

  it("opens at the place that an address names", async () => {
    const { page, asked } = await open("?seq=9990");
    await page.locator("article.event.selected", { hasText: "Step 9990." }).waitFor();
    expect(inFull(asked).length).toBeLessThanOrEqual(4);
  });

  it("is searched as a whole", async () => {
    const { page } = await open();
    await page.getByLabel("Find in this run").fill("step 11990.");
    await page.getByRole("search").getByRole("status").filter({ hasText: /^1$/ }).waitFor();
    await page.getByRole("button", { name: "The next" }).click();
    await page.locator("article.event.selected", { hasText: "Step 11990." }).waitFor();
  });
});
