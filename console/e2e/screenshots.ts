/** `make screenshots`: each page at two widths, in the light and in the dark, and as it is when nothing is there, for people to look at. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { it } from "vitest";
import { type Site, startSite } from "./browser";
import { DIALOGS, furnish } from "./pages";

const PLACE = join(import.meta.dirname, "..", "screenshots");
const SCHEMES = ["light", "dark"] as const;

it("takes a picture of each page", { timeout: 600_000 }, async () => {
  mkdirSync(PLACE, { recursive: true });
  const site = await startSite();
  const empty = await startSite({ options: ["--no-sample"] });
  try {
    const pages = await furnish(site);
    for (const width of [360, 1280]) {
      await take(site, "sign-in", "/", width, null);
      for (const [name, path] of Object.entries(pages)) await take(site, name, path, width);
    }
    for (const [name, buttons] of Object.entries(DIALOGS)) for (const each of buttons) await takeDialog(site, name, pages[name] ?? "/", each);
    const lists = Object.entries(pages).filter(([, path]) => !/sample|_|tape\//.test(path));
    for (const [name, path] of lists) await take(empty, `empty-${name}`, path, 1280);
    await take(empty, "empty-run", "/runs/none", 1280);
  } finally {
    await Promise.all([site.stop(), empty.stop()]);
  }
});

/** An open dialog, on a phone and on a wide screen. */
async function takeDialog(site: Site, name: string, path: string, button: string): Promise<void> {
  for (const width of [360, 1280]) {
    const page = await site.open(path, { width, dark: width === 360 });
    await page.getByRole("button", { name: button, exact: true }).first().click();
    await page.getByRole("dialog").getByRole("heading", { level: 2 }).waitFor();
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(PLACE, `${name}-${button.replaceAll(" ", "-")}-${width}.png`) });
    await page.context().close();
  }
}

/** One address in both schemes; of a run what is in sight, whose panes are as high as the screen. */
async function take(site: Site, name: string, path: string, width: number, credential?: null): Promise<void> {
  const page = await site.open(path, { width, ...(credential === null ? { credential } : {}) });
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForTimeout(900);
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(PLACE, `${name}-${width}-${colorScheme}.png`), fullPage: name !== "run" });
  }
  await page.context().close();
}
