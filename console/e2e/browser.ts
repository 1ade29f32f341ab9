/** A headless Chromium, the local stack that it looks at, and what tests of pages share. */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Browser, type Page, chromium } from "playwright-core";

const ROOT = join(import.meta.dirname, "..", "..");
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
/** Why the tests of pages cannot run here, if they cannot. */
export const missing = CHROMIUM ? null : "no Chromium here: apt-get install chromium";

export interface Site {
  url: string;
  /** A page on a path, signed in under a credential; `null` signs nobody in. */
  open(path: string, options?: { credential?: string | null; width?: number; dark?: boolean }): Promise<Page>;
  /** What pages have written to their consoles as errors, since the last time. */
  complaints(): string[];
  api(path: string, init?: { method?: string; body?: unknown; key?: string }): Promise<unknown>;
  /** The credential that the sign-in page offers under a name. */
  token(name: string): Promise<string>;
  /** Processor time that the stack has used, in seconds; on Linux. */
  cpu(): number;
  stop(): Promise<void>;
}

interface Start {
  /** Of `wakeline serve`. */
  options?: string[];
  env?: Record<string, string>;
}

/** Start a stack with its sample, and a browser. */
export async function startSite({ options = [], env = {} }: Start = {}): Promise<Site> {
  const { url, server } = await serve(options, env);
  const browser = await launch();
  const heard: string[] = [];

  async function open(path: string, { credential = "wl_local_admin", width = 1280, dark = false } = {} as never) {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: dark ? "dark" : "light",
      reducedMotion: "reduce",
    });
    // Below the tests' own: what was waited for in vain is named.
    context.setDefaultTimeout(20_000);
    if (credential) await context.addInitScript((kept) => sessionStorage.setItem("wakeline.credential", kept), credential);
    const page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && heard.push(message.text()));
    page.on("pageerror", (error) => heard.push(String(error)));
    await page.goto(url + path);
    return page;
  }

  async function api(path: string, { method = "GET", body, key = "wl_local_admin" }: { method?: string; body?: unknown; key?: string } = {}) {
    const answer = await fetch(url + path, {
      method,
      headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  }

  async function token(name: string) {
    const { local } = (await (await fetch(`${url}/console-config.json`)).json()) as { local: { name: string; credential: string }[] };
    const found = local.find((each) => each.name === name);
    if (!found) throw new Error(`no credential is called ${name}`);
    return found.credential;
  }

  async function stop() {
    await browser.close();
    server.kill("SIGTERM");
    await new Promise((resolve) => server.once("exit", resolve));
  }

  return { url, open, api, complaints: () => heard.splice(0), token, cpu: () => cpuOf(server.pid), stop };
}

async function serve(options: string[], env: Record<string, string>): Promise<{ url: string; server: ChildProcess }> {
  const home = mkdtempSync(join(tmpdir(), "wakeline-"));
  const paths = [ROOT, join(ROOT, "functions"), join(ROOT, "layers", "core", "python")].join(":");
  const server = spawn(join(ROOT, ".venv", "bin", "python"), ["-m", "local.cli", "serve", "--port", "0", "--plan", "unlimited", ...options], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? "", HOME: home, PYTHONPATH: paths, PYTHONUNBUFFERED: "1", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: server.stdout as NodeJS.ReadableStream })) {
    if (line.startsWith("ready ")) return { url: line.slice(6), server };
  }
  throw new Error("the local stack did not start");
}

function cpuOf(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function launch(): Promise<Browser> {
  return chromium.launch({
    ...(CHROMIUM ? { executablePath: CHROMIUM } : {}),
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}
