import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { missing, type Site, startSite } from "./browser";
import { PROOFS } from "./vectors";

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

  it("erases what an event says, with a reason, and the record still verifies", async () => {
    await site.api("/api/traces", { method: "POST", body: { id: "e2e-erase", user_goal: "To be erased" } });
    const said = ["my number is 12345", "and my name is Ann", "thank you"].map((content) => ({ type: "user_message", payload: { content } }));
    await site.api("/api/traces/e2e-erase/events", { method: "POST", body: { events: said } });
    const page = await site.open("/runs/e2e-erase");
    const event = page.locator("article.event", { hasText: "12345" });
    await event.getByText("Everything recorded").click();
    await event.getByRole("button", { name: "Erase the content" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel(/^Why/).fill("she asked for it");
    await dialog.getByRole("button", { name: "Erase" }).click();
    await page.getByText("The content was erased.").waitFor();
    expect(await page.getByText("12345").count()).toBe(0);
    await page.getByText("and my name is Ann").waitFor();

    await page.getByRole("button", { name: "Erase", exact: true }).click();
    await dialog.getByLabel("The content").selectOption("of what users said");
    await dialog.getByLabel(/^Why/).fill("she asked for all of it");
    await dialog.getByRole("button", { name: "Erase" }).click();
    await page.getByText("The content was erased.").nth(2).waitFor();
    await page.getByRole("button", { name: "record intact" }).waitFor();
    const { events } = (await site.api("/api/traces/wakeline:audit/events")) as { events: { payload: { action?: string; details?: { reason?: string } } }[] };
    expect(JSON.stringify(events)).toContain("she asked for all of it");
  });

  it("holds a run against the signed digests", async () => {
    const page = await site.open("/runs/sample-flight-booking");
    await page.getByRole("button", { name: "record intact" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("In none yet.").waitFor();
    expect(site.complaints()).toEqual([expect.stringContaining("404")]);
    // Digests are an hour's: the proof that unit tests check, too, in an answer of the API's.
    const proof = PROOFS[0];
    await page.route("**/proof", (route) => route.fulfill({ json: proof }));
    await page.reload();
    await page.getByRole("button", { name: "record intact" }).click();
    await dialog.getByRole("status").getByText("yes").waitFor();
    await dialog.getByRole("status").getByText("fits", { exact: true }).waitFor();
    await dialog.getByRole("link", { name: proof?.digest_id ?? "" }).waitFor();
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
