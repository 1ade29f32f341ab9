/** `make screenshots`: a picture of each page, at two widths, light and dark by turns, for people to look at. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { it } from "vitest";
import { startSite } from "./browser";
import { furnish } from "./pages";

const PLACE = join(import.meta.dirname, "..", "screenshots");

it("takes a picture of each page", { timeout: 300_000 }, async () => {
  const site = await startSite();
  mkdirSync(PLACE, { recursive: true });
  try {
    const pages = { "sign-in": "/", ...(await furnish(site)) };
    for (const [name, path] of Object.entries(pages)) {
      for (const width of [360, 1280]) {
        const page = await site.open(path, { width, dark: width === 360, ...(name === "sign-in" ? { credential: null } : {}) });
        await page.getByRole("heading", { level: 1 }).waitFor();
        await page.waitForTimeout(900);
        await page.screenshot({ path: join(PLACE, `${name}-${width}.png`), fullPage: name !== "run" });
        await page.context().close();
      }
    }
  } finally {
    await site.stop();
  }
});
