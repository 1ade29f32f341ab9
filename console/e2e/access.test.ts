import AxeBuilder from "@axe-core/playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { missing, type Site, startSite } from "./browser";
import { furnish } from "./pages";

const TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];

describe.skipIf(missing)("every page", () => {
  let site: Site;
  let pages: Record<string, string>;
  beforeAll(async () => {
    site = await startSite();
    pages = await furnish(site);
  });
  afterAll(() => site.stop());

  for (const dark of [false, true]) {
    it(`can be used by all, in the ${dark ? "dark" : "light"}`, { timeout: 120_000 }, async () => {
      const found: string[] = [];
      for (const [name, path] of Object.entries(pages)) {
        const page = await site.open(path, { dark });
        await page.getByRole("heading", { level: 1 }).waitFor();
        // Not until the network is idle: the live feed never is.
        await page.waitForTimeout(500);
        const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
        found.push(...violations.map((each) => `${name}: ${each.id}: ${each.nodes[0]?.html}`));
        await page.context().close();
      }
      expect(found).toEqual([]);
    });
  }

  it("fits a small screen, and says nothing is wrong", { timeout: 120_000 }, async () => {
    site.complaints();
    const found: string[] = [];
    for (const [name, path] of Object.entries(pages)) {
      const page = await site.open(path, { width: 360 });
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForTimeout(300);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > 360) found.push(`${name}: ${width} px`);
      found.push(...site.complaints().map((each) => `${name}: ${each}`));
      await page.context().close();
    }
    expect(found).toEqual([]);
  });
});
