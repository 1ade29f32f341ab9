import AxeBuilder from "@axe-core/playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { missing, type Site, startSite } from "./browser";
import { DIALOGS, furnish } from "./pages";

const TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];

describe.skipIf(missing)("every page", () => {
  let site: Site;
  let pages: Record<string, string>;
  beforeAll(async () => {
    site = await startSite();
    pages = await furnish(site);
  });
  afterAll(() => site.stop());

  it("can be used by all, in the light and in the dark, on a wide screen and a small one", { timeout: 240_000 }, async () => {
    const found: string[] = [];
    const page = await site.open("/runs");
    for (const [name, path] of Object.entries(pages)) {
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.goto(site.url + path);
      await page.getByRole("heading", { level: 1 }).waitFor({ timeout: 10_000 }).catch(() => found.push(`${name}: no title`));
      // Not until the network is idle: the live feed never is.
      await page.waitForTimeout(500);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
        found.push(...violations.map((each) => `${name}, ${colorScheme}: ${each.id}: ${each.nodes[0]?.html}`));
      }
      await page.setViewportSize({ width: 360, height: 800 });
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > 360) found.push(`${name}: ${width} px wide`);
      found.push(...site.complaints().map((each) => `${name}: ${each}`));
    }
    expect(found).toEqual([]);
  });

  it("can be used by the keyboard alone, which sees where it is", { timeout: 120_000 }, async () => {
    const found: string[] = [];
    const page = await site.open("/runs");
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(site.url + path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForTimeout(300);
      if (name !== "tape") {
        await page.keyboard.press("Tab");
        expect(await page.evaluate(() => document.activeElement?.textContent), name).toBe("To the content");
        await page.keyboard.press("Enter");
      }
      for (let step = 0; step < 12; step += 1) {
        await page.keyboard.press("Tab");
        const at = await page.evaluate(() => {
          const { activeElement: here } = document;
          if (!here || here === document.body) return null;
          const { outlineStyle, outlineWidth } = getComputedStyle(here);
          const seen = here.getBoundingClientRect();
          const shown = outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 1 && seen.width > 0 && seen.bottom > 0 && seen.top < innerHeight;
          return { shown, inside: here.closest("main") !== null, html: here.outerHTML.slice(0, 120) };
        });
        // Behind the last one the page begins anew.
        if (!at?.inside) break;
        if (!at.shown) found.push(`${name}: one does not see that one is at ${at.html}`);
      }
    }
    expect(found).toEqual([]);
  });

  it("has dialogs of which the same is true, and which give the focus back", { timeout: 240_000 }, async () => {
    const found: string[] = [];
    const page = await site.open("/runs", { width: 360 });
    for (const [name, buttons] of Object.entries(DIALOGS)) {
      await page.goto(site.url + pages[name]);
      for (const each of buttons) {
        const button = page.getByRole("button", { name: each, exact: true }).first();
        await button.click();
        const dialog = page.getByRole("dialog");
        await dialog.getByRole("heading", { level: 2 }).waitFor();
        await page.waitForTimeout(300);
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          const { violations } = await new AxeBuilder({ page }).include("dialog[open]").withTags(TAGS).analyze();
          found.push(...violations.map((violation) => `${name}, ${each}, ${colorScheme}: ${violation.id}: ${violation.nodes[0]?.html}`));
        }
        const wide = await dialog.evaluate((shown) => shown.scrollWidth - shown.clientWidth);
        if (wide > 0) found.push(`${name}, ${each}: ${wide} px too wide`);
        const close = dialog.getByRole("button", { name: /^(Close|Cancel)/ }).last();
        if (!(await close.isVisible())) found.push(`${name}, ${each}: there is no way out for a finger`);
        await page.keyboard.press("Escape");
        await dialog.waitFor({ state: "hidden" });
        if (!(await button.evaluate((opener) => opener === document.activeElement))) found.push(`${name}, ${each}: the focus is lost`);
      }
    }
    // A run that is in no digest yet is told by 404.
    found.push(...site.complaints().filter((each) => !each.includes("404")));
    expect(found).toEqual([]);
  });
});
