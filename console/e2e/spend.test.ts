import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { missing, type Site, startSite } from "./browser";

describe.skipIf(missing)("spend", () => {
  let site: Site;
  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site.stop());
  afterEach(() => expect(site.complaints()).toEqual([]));

  it("shows each chart with its table, and what is largest with its bar", async () => {
    const page = await site.open("/spend?days=365");
    const cost = page.getByRole("region", { name: "Cost by day", exact: true });
    await cost.locator("canvas").waitFor();
    await cost.getByText("Table", { exact: true }).click();
    await cost.getByRole("row").nth(365).waitFor();
    const models = page.getByRole("region", { name: "By model" }).first();
    const bar = models.locator(".bar > span").first();
    expect(await bar.evaluate((shown) => [shown.clientWidth > 20, shown.clientHeight > 2])).toEqual([true, true]);
  });

  it("draws its charts anew when it gets dark", async () => {
    const page = await site.open("/spend?days=365");
    const canvas = page.getByRole("region", { name: "Cost by day", exact: true }).locator("canvas");
    const picture = () => canvas.evaluate((drawn: HTMLCanvasElement) => drawn.toDataURL());
    const light = await picture();
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(picture).not.toBe(light);
  });

  it("sets a budget, and takes it away when one is sure", async () => {
    const page = await site.open("/spend");
    const budgets = page.getByRole("region", { name: "Budgets" });
    await budgets.getByRole("button", { name: "New budget" }).click();
    const form = page.getByRole("dialog");
    await form.getByLabel("Name").fill("Team");
    await form.getByLabel(/^Amount/).fill("50");
    await form.getByRole("button", { name: "Create" }).click();
    await budgets.getByText("Team", { exact: true }).waitFor();
    await budgets.getByRole("button", { name: "Delete the budget Team" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await budgets.getByText("None is set.").waitFor();
  });
});
