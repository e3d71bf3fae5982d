import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PutTraceSegmentsCommand, XRayClient } from "@aws-sdk/client-xray";
import { chromium, type Locator } from "playwright-core";
import { benchSigner, startBenched } from "./start-benched.js";

/**
 * How soon the console is there, and how it bears many rows, in Debian's Chromium without a screen.
 *
 *   npm run build:bench && node dist/bench/console.js [--rounds 5] [--traces 10000]
 *
 * Each round is a browser of its own, so nothing is cached. Times are seconds as a person waits for them: from the click to
 * the first frame that shows what was asked for.
 */
const option = (name: string, otherwise: number) => {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? otherwise : Number(process.argv[place + 1]);
};
const rounds = option("rounds", 5);
const traces = option("traces", 10_000);
const data = mkdtempSync(path.join(tmpdir(), "dosimeter-bench-"));
const service = await startBenched(path.resolve(import.meta.dirname, "../../bin/dosimeter.cjs"), data);

async function fill(): Promise<void> {
  const client = new XRayClient({ endpoint: service.endpoint, region: "us-east-1", credentials: benchSigner });
  const nowSeconds = Date.now() / 1000 - 5;
  for (let sent = 0; sent < traces; sent += 50) {
    const documents = Array.from({ length: Math.min(50, traces - sent) }, (_, place) => {
      const start = nowSeconds - ((sent + place) / traces) * 1200;
      const trace = `1-${Math.floor(start).toString(16).padStart(8, "0")}-${randomBytes(12).toString("hex")}`;
      return JSON.stringify({
        name: "shop",
        id: randomBytes(8).toString("hex"),
        trace_id: trace,
        start_time: start,
        end_time: start + 0.05 + ((sent + place) % 100) / 200,
        fault: place === 0,
        annotations: { customer: `c-${place}` },
        http: { request: { method: "GET", url: `http://shop.example.com/${place % 7}` }, response: { status: 200 } },
      });
    });
    await client.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: documents }));
  }
  client.destroy();
}

const figures = new Map<string, number[]>();

async function timed(name: string, act: () => Promise<unknown>): Promise<void> {
  const startedMs = performance.now();
  await act();
  figures.set(name, [...(figures.get(name) ?? []), performance.now() - startedMs]);
}

/** From the click to the frame after the one that it asked for, by the page's own clock: the tool's own waiting is not counted. */
async function clicked(name: string, button: Locator): Promise<void> {
  const milliseconds = await button.first().evaluate(clickAndWait);
  figures.set(name, [...(figures.get(name) ?? []), milliseconds]);
}

/** Runs in the page. */
const clickAndWait = new Function(
  "button",
  `const started = performance.now();
   button.click();
   return new Promise((done) =>
     requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - started))));`,
) as (button: unknown) => Promise<number>;

async function round(): Promise<void> {
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  let scriptBytes = 0;
  page.on("response", async (response) => {
    if (response.url().endsWith(".js")) scriptBytes += Number((await response.headerValue("content-length")) ?? 0);
  });
  await timed("sign-in page, from nothing", async () => {
    await page.goto(`${service.endpoint}/console/traces?period=30m`);
    await page.getByRole("heading", { name: "Sign in to Dosimeter" }).waitFor();
  });
  figures.set("script of the sign-in page, bytes", [
    ...(figures.get("script of the sign-in page, bytes") ?? []),
    scriptBytes,
  ]);
  await page.getByRole("button", { name: "Access key" }).click();
  await page.getByLabel("Access key ID").fill(benchSigner.accessKeyId);
  await page.getByLabel("Secret access key").fill(benchSigner.secretAccessKey);
  await timed("from signing in to the frame of the console", async () => {
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("navigation", { name: "Pages" }).waitFor();
  });
  await timed(`table of traces, all ${traces} there`, async () => {
    await page
      .getByText(new RegExp(`\\(${traces.toLocaleString("en-US")}\\)|\\(${traces}\\)`))
      .first()
      .waitFor({ timeout: 120_000 });
  });
  figures.set("script until then, bytes", [...(figures.get("script until then, bytes") ?? []), scriptBytes]);
  await clicked(`sort ${traces} rows`, page.getByRole("columnheader", { name: "Response time" }).getByRole("button"));
  await clicked("next page of the table", page.getByRole("button", { name: "Next page" }));
  await browser.close();
}

try {
  await fill();
  for (let done = 0; done < rounds; done++) await round();
  for (const [name, values] of figures) {
    const sorted = values.toSorted((one, other) => one - other);
    const middle = sorted[Math.floor(sorted.length / 2)]!;
    console.log(`${name.padEnd(48)} median ${Math.round(middle)}, ${sorted.map(Math.round).join(" ")}`);
  }
} finally {
  await service.stop();
  rmSync(data, { recursive: true, force: true });
}
