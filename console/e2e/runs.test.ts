import { gzipSync } from "node:zlib";
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

  it("comes within 250 KB", async () => {
    const page = await site.open("/sign-in-first", { credential: null });
    const sizes: Promise<number>[] = [];
    page.on("response", (answer) => {
      if (/\.(js|css)$/.test(new URL(answer.url()).pathname)) sizes.push(answer.body().then((body) => gzipSync(body).length));
    });
    await page.evaluate(() => sessionStorage.setItem("wakeline.credential", "wl_local_admin"));
    await page.goto(`${site.url}/runs`);
    await page.getByRole("link", { name: "Fix rounding in the cart total" }).waitFor();
    const found = await Promise.all(sizes);
    expect(found.length).toBeGreaterThan(3);
    expect(found.reduce((sum, size) => sum + size)).toBeLessThan(250_000);
  });

  it("finds what a run says, and goes from place to place", async () => {
    const page = await site.open("/runs/sample-fix-failing-test");
    await page.getByLabel("Find in this run").fill("quantize");
    await page.getByRole("button", { name: "The next" }).click();
    await page.locator("article.selected", { hasText: "quantize" }).waitFor();
    expect(page.url()).toContain("find=quantize");
  });

  it("shows an edit as a diff, and a sub-agent's steps inside of it", async () => {
    const page = await site.open("/runs/sample-fix-failing-test?span=toolu_s05");
    await page.locator("article.selected .diff .added").first().waitFor();
    await page.goto(`${site.url}/runs/sample-fix-failing-test?span=toolu_s03`);
    await page.locator("article.selected.inner", { hasText: "in explore" }).waitFor();
  });

  it("keeps notes and tags, and deletes when one is sure", async () => {
    await site.api("/api/traces", { method: "POST", body: { id: "e2e-notes", user_goal: "To be noted" } });
    const page = await site.open("/runs/e2e-notes");
    await page.getByRole("button", { name: "Notes and tags" }).click();
    await page.getByRole("textbox", { name: "Notes" }).fill("look again on Monday");
    await page.getByLabel(/^Tags/).fill("odd, slow");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("definition").filter({ hasText: "look again on Monday" }).waitFor();
    await page.getByText("slow", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.waitForURL(/\/runs$/);
    await expect(site.api("/api/sessions/e2e-notes")).rejects.toThrow("404");
  });
});
