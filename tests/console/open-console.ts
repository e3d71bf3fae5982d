import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import type { RunningDosimeter, TestCredentials } from "../start-dosimeter.js";

/** Debian's Chromium, or the one named. Undefined: no browser here, so the specs say that they are skipped. */
export const chromiumPath = [process.env["DOSIMETER_TEST_CHROMIUM"], "/usr/bin/chromium"].find(
  (file) => file !== undefined && existsSync(file),
);

/** Where pages are kept as pictures, if anybody wants them: `docs/screenshots`. */
const picturesFolder = process.env["DOSIMETER_TEST_PICTURES"];

export interface OpenConsole {
  readonly page: Page;
  /** Opens a page of the console, as `/traces`, signed in. */
  go(address: string): Promise<void>;
  /** Fails if the page as it is breaks WCAG 2.1 AA, or its own policy, or threw; in light and in dark. */
  expectAccessible(): Promise<void>;
  /** Keeps the page as `<name>-light.png` and `<name>-dark.png` where `DOSIMETER_TEST_PICTURES` names a folder. */
  picture(name: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * A browser with the console open, signed in by the sign-in page with the access key given. What the page complains of
 * while it is open (uncaught errors, violations of the content security policy) fails `expectAccessible` and `close`.
 */
export async function openConsole(
  service: RunningDosimeter,
  credentials: TestCredentials = service.root,
): Promise<OpenConsole> {
  const { browser, page } = await openBrowser({
    viewport: { width: 1440, height: 900 },
    colorScheme: "light",
    // Colours on their way from light to dark are neither.
    reducedMotion: "reduce",
  });
  await page.addInitScript(axe.source);
  const complaints: string[] = [];
  page.on("pageerror", (problem) => complaints.push(String(problem)));
  page.on("console", (message) => {
    // The browser itself writes refused calls to its console; the pages show them.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      complaints.push(message.text());
  });
  const expectNoComplaints = () => expect(complaints).toEqual([]);

  await page.goto(`${service.endpoint}/console/`);
  await signIn(page, credentials);

  return {
    page,
    async go(address) {
      // Within the page: loading it anew would forget who has signed in.
      await page.evaluate(`history.pushState(null, "", ${JSON.stringify(`/console${address}`)})`);
    },
    async expectAccessible() {
      await inBothModes(page, async (mode) => {
        const { violations } = await audit(page, mode);
        const found = violations.map(({ id, nodes }) => `${mode}: ${id}: ${nodes.map(({ html }) => html).join("\n")}`);
        expect(found).toEqual([]);
      });
      expectNoComplaints();
    },
    async picture(name) {
      if (picturesFolder === undefined) return;
      await mkdir(picturesFolder, { recursive: true });
      await inBothModes(page, async (mode) => {
        await page.screenshot({ path: path.join(picturesFolder, `${name}-${mode}.png`) });
      });
    },
    async close() {
      await browser.close();
      expectNoComplaints();
    },
  };
}

/** @throws Error where there is no browser: specs ask `chromiumPath` first. */
export async function openBrowser(options: BrowserContextOptions = {}): Promise<{ browser: Browser; page: Page }> {
  if (chromiumPath === undefined) throw new Error("there is no Chromium here");
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"],
  });
  const page = await browser.newPage(options);
  // It ends what hangs; how fast a machine is, no test judges.
  page.setDefaultTimeout(120_000);
  return { browser, page };
}

/** Types a key into the sign-in page, as a person would. */
export async function signIn(
  page: Page,
  { accessKeyId, secretAccessKey, sessionToken }: TestCredentials,
): Promise<void> {
  await page.getByRole("button", { name: "Access key" }).click();
  await page.getByLabel("Access key ID").fill(accessKeyId);
  await page.getByLabel("Secret access key").fill(secretAccessKey);
  if (sessionToken !== undefined) await page.getByLabel("Session token").fill(sessionToken);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
}

async function inBothModes(page: Page, look: (mode: "light" | "dark") => Promise<void>): Promise<void> {
  for (const mode of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: mode });
    await look(mode);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

/** What the rules look at is the same in both modes, but for colours. */
async function audit(page: Page, mode: "light" | "dark"): Promise<axe.AxeResults> {
  const runOnly = mode === "light" ? ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] : ["color-contrast"];
  return page.evaluate(`axe.run(document, { runOnly: ${JSON.stringify(runOnly)}, resultTypes: ["violations"] })`);
}
