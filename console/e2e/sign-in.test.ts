import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { missing, type Site, startSite } from "./browser";
import { type Issuer, startIssuer } from "./issuer";

describe.skipIf(missing)("signing in at an issuer", () => {
  let issuer: Issuer;
  let site: Site;
  beforeAll(async () => {
    issuer = await startIssuer();
    site = await startSite({ options: ["--issuer", issuer.url, "--client-id", "console"] });
  });
  afterAll(async () => {
    await site.stop();
    await issuer.stop();
  });
  afterEach(() => {
    issuer.seconds = 3_600;
    issuer.refusal = null;
    expect(site.complaints()).toEqual([]);
  });

  it("leads back to the page one wanted, as the person one is", async () => {
    const page = await site.open("/govern/approvals?status=all", { credential: null });
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Approvals" }).waitFor();
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe("/govern/approvals?status=all");
    const asked = issuer.asked.at(-1);
    expect([asked?.get("response_type"), asked?.get("client_id"), asked?.get("code_challenge_method")]).toEqual(["code", "console", "S256"]);
    // A reviewer may not make keys: the role is the issuer's word.
    await page.getByRole("link", { name: "Keys" }).click();
    await page.getByRole("alert").first().waitFor();
    expect(site.complaints().every((each) => each.includes("403"))).toBe(true);
  });

  it("is asked for again when the token is over, and leads back to where one was", async () => {
    // Over for longer than the half minute that clocks may differ.
    issuer.seconds = -60;
    const page = await site.open("/runs/sample-flight-booking", { credential: null });
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Your credential is not valid any more.").waitFor();
    issuer.seconds = 3_600;
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "record intact" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/runs/sample-flight-booking");
    expect(site.complaints().every((each) => each.includes("401"))).toBe(true);
  });

  it("ends when one signs out", async () => {
    const page = await site.open("/runs", { credential: null });
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("link", { name: "Move a flight to Lisbon" }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual([]);
    await page.reload();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  });

  it("says why not, and lets one try again", async () => {
    issuer.refusal = "You are not invited.";
    const page = await site.open("/runs", { credential: null });
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("You are not invited.").waitFor();
    issuer.refusal = null;
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("link", { name: "Move a flight to Lisbon" }).waitFor();
  });

  it("takes no code that it did not ask for", async () => {
    const page = await site.open("/signed-in?code=stolen&state=made-up", { credential: null });
    await page.getByText("This sign-in was not begun in this tab.").waitFor();
    expect(await page.evaluate(() => sessionStorage.getItem("wakeline.credential"))).toBeNull();
  });
});
