import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { missing, type Site, startSite } from "./browser";

describe.skipIf(missing)("memory, skills, forks and tapes", () => {
  let site: Site;
  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site.stop());
  afterEach(() => expect(site.complaints()).toEqual([]));

  it("remembers, and forgets when one is sure", async () => {
    const page = await site.open("/memory");
    await page.getByText("Nothing is remembered yet").waitFor();
    await page.getByRole("button", { name: "New memory" }).click();
    await page.getByRole("dialog").getByLabel("Key").fill("deploy-window");
    await page.getByLabel("What to remember").fill("Not on Fridays.");
    await page.getByRole("button", { name: "Remember" }).click();
    const card = page.getByRole("article", { name: "deploy-window" });
    await card.getByText("Not on Fridays.").waitFor();
    await card.getByRole("button", { name: "Forget" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Forget" }).click();
    await page.getByText("Nothing is remembered yet").waitFor();
  });

  it("keeps each version of a skill", async () => {
    const page = await site.open("/skills");
    await page.getByRole("button", { name: "New skill" }).click();
    await page.getByRole("dialog").getByLabel("Name", { exact: true }).fill("Release notes");
    await page.getByRole("textbox", { name: /^Prompt/ }).fill("List what users notice.");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("link", { name: "Release notes" }).click();
    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByRole("textbox", { name: /^Prompt/ }).fill("List what users notice, by area.");
    await page.getByRole("button", { name: "Save as version 2" }).click();
    await page.getByText("List what users notice, by area.").waitFor();
    await page.getByLabel("Version").selectOption("1");
    await page.getByText("List what users notice.", { exact: true }).waitFor();
  });

  it("forks a run at a step, and shows where the two part", async () => {
    const page = await site.open("/runs/sample-fix-failing-test?span=toolu_s01");
    const step = page.locator("article.selected");
    await step.getByText("Everything recorded").click();
    await step.getByRole("link", { name: "Fork the run from here" }).click();
    await page.getByLabel(/^To:/).fill("1 passed in 0.20s");
    await page.getByRole("button", { name: "Replay" }).click();
    const divergence = page.getByRole("region", { name: "First divergence" });
    await divergence.waitFor({ timeout: 20_000 });
    await page.getByRole("region", { name: "Fork", exact: true }).first().getByText("1 passed in 0.20s").waitFor();
    await page.goto(`${site.url}/forks`);
    await page.getByRole("link", { name: "sample-fix-failing-test" }).waitFor();
  });

  it("lets a runner of one's own answer, and shows its new secret once", async () => {
    const page = await site.open("/forks/new?run=sample-fix-failing-test&span=toolu_s01");
    await page.getByLabel(/^To:/).fill("1 passed in 0.20s");
    const engines = page.getByLabel("Answered by");
    expect(await engines.getByRole("option").allTextContents()).toEqual(["the record alone", "models on Bedrock, tools from the record", "a runner of your own"]);
    await engines.selectOption("webhook");
    await page.getByLabel("The runner's address").fill("https://runner.example.org/step");
    await page.getByRole("button", { name: "Replay" }).click();
    const shown = page.getByRole("status", { name: "The runner's secret" });
    expect(await shown.locator("code").textContent()).toMatch(/^whsec_/);
    expect(await page.evaluate(() => history.state as unknown)).toBeNull();
    await shown.getByRole("button", { name: "I have kept it" }).click();
    await page.getByText("failed", { exact: true }).first().waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "There is nothing to compare" }).waitFor();
    expect(await shown.count()).toBe(0);
    await page.context().close();
    expect(site.complaints().every((each) => each.includes("409"))).toBe(true);
  });

  it("publishes a run, which anybody reads and checks without signing in", async () => {
    const page = await site.open("/runs/sample-flight-booking");
    await page.getByRole("button", { name: "Publish" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Title").fill("How it went");
    await dialog.getByRole("button", { name: "Publish" }).click();
    const address = await dialog.getByRole("link").getAttribute("href");
    const stranger = await site.open(address ?? "", { credential: null });
    await stranger.getByRole("heading", { name: "How it went" }).waitFor();
    await stranger.getByText("as recorded", { exact: true }).waitFor();
    await stranger.emulateMedia({ media: "print" });
    expect(await stranger.getByText("Please move my flight").first().isVisible()).toBe(true);
  });

  it("finds what was said, with its words marked and nothing of it alive", async () => {
    await site.api("/api/traces", { method: "POST", body: { id: "e2e-said", user_goal: "Say it" } });
    await site.api("/api/traces/e2e-said/events", { method: "POST", body: { events: [{ type: "user_message", payload: { content: "the kingfisher <img src=x onerror=alert(1)> & <mark>more</mark>" } }] } });
    const page = await site.open("/search");
    await page.getByLabel("What to find").fill("kingfisher");
    await page.waitForURL(/q=kingfisher/);
    const found = page.getByRole("listitem").filter({ hasText: "onerror" });
    // The index is a little behind the ledger.
    await expect.poll(async () => (await page.reload(), await page.waitForTimeout(800), found.count()), { timeout: 20_000 }).toBe(1);
    expect(await found.locator("mark").allTextContents()).toEqual(["kingfisher"]);
    expect(await found.locator("img").count()).toBe(0);
    await found.getByRole("link", { name: "e2e-said" }).click();
    await page.locator("article.selected", { hasText: "kingfisher" }).waitFor();
  });
});
