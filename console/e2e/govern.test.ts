import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { missing, type Site, startSite } from "./browser";
import { furnish } from "./pages";
import { type Receiver, startReceiver } from "./receiver";

describe.skipIf(missing)("govern", () => {
  let site: Site;
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver();
    site = await startSite({ env: { OUTGOING_ALLOW: receiver.host } });
    await furnish(site);
  });
  afterAll(async () => {
    await site.stop();
    await receiver.stop();
  });
  afterEach(() => expect(site.complaints()).toEqual([]));

  it("shows what an agent asks, and approves it with a note", async () => {
    // Nobody approves what their own key asked for.
    const page = await site.open("/govern/approvals", { credential: await site.token("Reviewer") });
    const request = page.getByRole("article").filter({ hasText: "production/web" });
    await request.getByRole("button", { name: "Approve" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("3f2a9c1").waitFor();
    await dialog.getByLabel("Note").fill("window is open");
    await dialog.getByRole("button", { name: "Approve" }).click();
    await request.waitFor({ state: "detached" });
    await page.getByLabel("Status").selectOption("approved");
    await page.getByText("window is open").waitFor();
  });

  it("says at which line a policy is wrong, and saves one that is right as the next version", async () => {
    const page = await site.open("/govern/policy");
    const text = page.getByLabel("Policy, TOML");
    const before = await text.inputValue();
    await text.fill(`${before}\n[[rule]]\nname = "x"\nefect = "allow"\n`);
    await page.getByRole("button", { name: "Save as version 1" }).click();
    await page.getByText("unknown key").first().waitFor();
    await page.getByRole("button", { name: `line ${before.split("\n").length + 3}` }).click();
    expect(await text.evaluate((field: HTMLTextAreaElement) => field.value.slice(field.selectionStart, field.selectionEnd))).toBe('efect = "allow"');
    expect(site.complaints()).toEqual([expect.stringContaining("400")]);

    await text.fill(`${before}\n[[rule]]\nname = "x"\neffect = "allow"\n`);
    await page.getByRole("button", { name: "Save as version 1" }).click();
    await page.getByRole("button", { name: "Save as version 2" }).waitFor();
    await page.getByLabel("Version").selectOption("0");
    await page.getByText("This is version 0. Saving").waitFor();
    expect(page.url()).toContain("version=0");
  });

  it("tells what a draft would have decided, before it is saved", async () => {
    const page = await site.open("/govern/policy?version=0");
    await page.getByLabel("Policy, TOML").fill('version = 1\n[[rule]]\nname = "deploys go"\noperations = ["deploy"]\ndata_classification = "internal"\neffect = "allow"\n');
    await page.getByRole("button", { name: "Try this text" }).click();
    await page.getByText("Of 2 evaluations 2 would be decided otherwise.").waitFor();
    const table = page.getByRole("region", { name: "Decided otherwise" });
    await table.getByRole("row", { name: /production\/web/ }).getByText("allow", { exact: true }).waitFor();
    await page.getByLabel("Policy, TOML").fill("version = 1\n[[rule]]\n");
    await page.getByRole("button", { name: "Try this text" }).click();
    await page.getByRole("alert").waitFor();
    expect(site.complaints()).toEqual([expect.stringContaining("422")]);
  });

  it("tries the rules on past runs", async () => {
    const page = await site.open("/govern/policy");
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByRole("rowheader", { name: "the session was recorded whole" }).waitFor();
  });

  it("registers an agent and suspends it", async () => {
    const page = await site.open("/govern/agents");
    await page.getByRole("button", { name: "New agent" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Release bot");
    await page.getByRole("button", { name: "Register" }).click();
    await page.getByLabel("Change the state of Release bot").selectOption("suspended");
    await page.getByRole("row", { name: /Release bot/ }).locator(".badge", { hasText: "suspended" }).waitFor();
  });

  it("shows a new key once, and revokes it", async () => {
    const page = await site.open("/govern/keys");
    await page.getByRole("button", { name: "New key" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("for CI");
    await page.getByRole("button", { name: "Create" }).click();
    const shown = page.getByRole("status", { name: "The key for CI" });
    await shown.waitFor();
    const key = (await shown.locator("code").textContent()) ?? "";
    expect(await site.api("/api/sessions", { key })).toHaveProperty("sessions");
    await page.getByRole("button", { name: "I have kept it" }).click();
    const listed = page.getByRole("row", { name: /for CI/ });
    await listed.getByRole("button", { name: "Revoke for CI" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke", exact: true }).click();
    await listed.waitFor({ state: "detached" });
    await expect(site.api("/api/sessions", { key })).rejects.toThrow("401");
  });

  it("exports a run as a file", async () => {
    const page = await site.open("/govern/exports");
    const form = page.getByRole("form", { name: "One run" });
    await form.getByLabel("Run").fill("sample-flight-booking");
    const coming = page.waitForEvent("download");
    await form.getByRole("button", { name: "Download" }).click();
    expect((await coming).suggestedFilename()).toBe("trace-sample-flight-booking.json");
  });

  it("lists who changed what", async () => {
    const page = await site.open("/govern/audit");
    await page.getByRole("button", { name: "record intact" }).waitFor();
    await page.getByRole("cell", { name: "agent.created" }).first().waitFor();
  });

  it("sends signed messages to a webhook, whose secret is shown once, and tells what became of them", async () => {
    const page = await site.open("/govern/webhooks");
    await page.getByRole("button", { name: "New webhook" }).click();
    const form = page.getByRole("dialog");
    await form.getByLabel("Address").fill(`http://${receiver.host}/hook`);
    await form.getByLabel("What it is for").fill("The team's channel");
    await form.getByRole("button", { name: "Create" }).click();
    const shown = page.getByRole("status", { name: /^The secret of/ });
    const secret = (await shown.locator("code").textContent()) ?? "";
    expect(secret).toMatch(/^whsec_/);
    await shown.getByRole("button", { name: "I have kept it" }).click();

    const card = page.getByRole("article", { name: `http://${receiver.host}/hook` });
    await card.getByText("The team's channel").waitFor();
    await card.getByRole("button", { name: "Send a test" }).click();
    await card.getByRole("status").filter({ hasText: "delivered" }).waitFor();
    expect(receiver.got.map((message) => message.fits(secret))).toEqual([true]);

    receiver.status = 500;
    await card.getByRole("button", { name: "Send a test" }).click();
    await card.getByRole("status").filter({ hasText: "500" }).waitFor();
    await card.getByRole("button", { name: "Deliveries" }).click();
    const table = page.getByRole("dialog").getByRole("region", { name: "Deliveries" });
    await table.getByRole("cell", { name: "delivered" }).waitFor();
    expect(await table.getByRole("row").count()).toBe(3);
    await page.keyboard.press("Escape");

    await page.reload();
    await card.waitFor();
    expect(await page.getByText(secret).count()).toBe(0);
    await card.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await card.waitFor({ state: "detached" });
  });

  it("says in the API's own words why a webhook to a private address is refused", async () => {
    const page = await site.open("/govern/webhooks");
    await page.getByRole("button", { name: "New webhook" }).click();
    await page.getByLabel("Address").fill("https://127.0.0.1/hook");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("dialog").getByRole("alert").waitFor();
    expect(site.complaints()).toEqual([expect.stringContaining("400")]);
  });
});
