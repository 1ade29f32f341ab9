import AxeBuilder from "@axe-core/playwright";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { missing, type Site, startSite } from "./browser";

describe.skipIf(missing)("runs", () => {
  let site: Site;
  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site.stop());
  afterEach(() => expect(site.complaints()).toEqual([]));

  it("asks who one is, and offers the local credentials", async () => {
    const page = await site.open("/runs", { credential: null });
    await page.getByRole("button", { name: "Project key" }).click();
    await page.getByRole("link", { name: "Move a flight to Lisbon" }).waitFor();
  });

  it("lists the runs, and finds them by what one types", async () => {
    const page = await site.open("/runs");
    await page.getByRole("link", { name: "Fix rounding in the cart total" }).waitFor();
    await page.getByLabel("Search").fill("Lisbon");
    await page.getByText("1 run", { exact: true }).waitFor();
    expect(page.url()).toContain("search=Lisbon");
  });

  it("shows a run that happens while one looks", async () => {
    const page = await site.open("/runs");
    await page.getByText("live", { exact: true }).waitFor();
    await site.api("/api/traces", { method: "POST", body: { id: "e2e-live", user_goal: "Happen now" } });
    await site.api("/api/traces/e2e-live/events", { method: "POST", body: { events: [{ type: "user_message", payload: { content: "now" } }] } });
    await page.getByRole("link", { name: "Happen now" }).waitFor();
  });

  it("shows a run's steps beside its conversation, and links the two", async () => {
    const page = await site.open("/runs/sample-flight-booking");
    await page.getByRole("button", { name: "record intact" }).waitFor();
    const step = page.getByRole("option").first();
    await step.click();
    expect(page.url()).toContain("event=");
    await page.locator("article.selected").waitFor();
  });

  it("keeps what was recorded inert", async () => {
    const hostile = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";
    await site.api("/api/traces", { method: "POST", body: { id: "e2e-hostile", user_goal: hostile } });
    await site.api("/api/traces/e2e-hostile/events", {
      method: "POST",
      body: { events: [{ type: "agent_message", payload: { content: hostile } }, { type: "tool_call", payload: { tool_name: hostile, arguments: { a: hostile } } }] },
    });
    const page = await site.open("/runs/e2e-hostile");
    await page.getByText("onerror").first().waitFor();
    expect(await page.locator("main img").count()).toBe(0);
    expect(await page.title()).not.toBe("owned");
  });

  for (const dark of [false, true]) {
    for (const path of ["/runs", "/runs/sample-flight-booking"]) {
      it(`can be used by all: ${path}, ${dark ? "dark" : "light"}`, async () => {
        const page = await site.open(path, { dark });
        await page.getByRole("heading", { level: 1 }).waitFor();
        // Not until the network is idle: the live feed never is.
        await page.waitForTimeout(700);
        const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
        expect(found.violations.map((each) => `${each.id}: ${each.nodes[0]?.html}`)).toEqual([]);
      });
    }
  }

  it("fits a small screen", async () => {
    for (const path of ["/runs", "/runs/sample-flight-booking"]) {
      const page = await site.open(path, { width: 360 });
      await page.getByRole("heading", { level: 1 }).waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    }
  });
});
