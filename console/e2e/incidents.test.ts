import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { missing, type Site, startSite } from "./browser";

describe.skipIf(missing)("incidents", () => {
  let site: Site;
  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site.stop());
  afterEach(() => expect(site.complaints()).toEqual([]));

  it("stand on a board, and move by their list of statuses", async () => {
    const page = await site.open("/incidents");
    const title = page.getByRole("region", { name: /^new/ }).getByRole("link").first();
    const name = (await title.textContent()) ?? "";
    await page.getByLabel(`Move ${name} to`).selectOption("triaged");
    await page.getByRole("region", { name: /^triaged/ }).getByRole("link", { name }).waitFor();
  });

  it("are given an owner and a reason, and lead to the event that shows them", async () => {
    const { incidents } = (await site.api("/api/incidents")) as { incidents: { id: string; critical_step_seq: number }[] };
    const page = await site.open(`/incidents/${incidents[0]?.id}`);
    await page.getByRole("textbox", { name: "Owner" }).fill("ann");
    await page.getByRole("combobox", { name: "Status" }).selectOption("fixing");
    await page.getByLabel("Reason").fill("looking into it");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("listitem").filter({ hasText: "looking into it" }).waitFor();
    await page.getByRole("link", { name: /^critical step/ }).click();
    await page.locator("article.selected.critical").waitFor();
  });

  it("show whether a change helps, before and after", async () => {
    const { incidents } = (await site.api("/api/incidents")) as { incidents: { id: string }[] };
    const page = await site.open(`/incidents/${incidents[0]?.id}`);
    await page.getByRole("button", { name: "Try a change" }).click();
    await page.getByRole("combobox", { name: "What" }).selectOption("message");
    await page.getByLabel(/^To:/).fill("Please move my flight to the 29th of November, and check it.");
    await page.getByRole("button", { name: "Replay" }).click();
    const table = page.getByRole("region", { name: "Before and after" });
    await table.getByRole("link", { name: "sample-flight-booking" }).waitFor({ timeout: 20_000 });
  });

  it("are given a plan and a diff, which says that no model made it", async () => {
    const { incidents } = (await site.api("/api/incidents")) as { incidents: { id: string }[] };
    const page = await site.open(`/incidents/${incidents[0]?.id}`);
    const fix = page.getByRole("region", { name: "Fix" });
    await fix.getByRole("button", { name: "Propose a fix" }).click();
    await fix.getByText("known remedy").waitFor();
    await fix.getByRole("listitem").first().waitFor();
    await fix.locator(".diff .added").first().waitFor();
    await fix.getByRole("link", { name: /^event/ }).first().click();
    await page.locator("article.selected").waitFor();
  });

  it("that are not there say so", async () => {
    const page = await site.open("/incidents/inc_none");
    await page.getByText("There is no such incident").waitFor();
    expect(site.complaints()).toEqual([expect.stringContaining("404")]);
  });
});
