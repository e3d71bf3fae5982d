import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const program = path.resolve(import.meta.dirname, "../bin/dosimeter.cjs");
const demo = (...words: string[]) =>
  promisify(execFile)(process.execPath, [program, "demo", ...words], { timeout: 120_000 });

describe("dosimeter demo", () => {
  it("shows the shop's map with what is slow or fails, the recorded calls of three people who read traces and of one who is refused, and clears up", async () => {
    const foldersBefore = demoFolders();

    const { stdout } = await demo("--seconds", "30");

    expect(stdout).toMatch(/ana +xray:GetTraceSummaries +ok/);
    expect(stdout).toMatch(/ana +xray:BatchGetTraces +ok/);
    expect(stdout).toMatch(/ben +xray:GetTraceSummaries +ok/);
    expect(stdout).toMatch(/chloe +xray:BatchGetTraces +ok/);
    expect(stdout).toMatch(/chloe +xray:GetSamplingRules +ok/);
    expect(stdout).toMatch(/dan +xray:GetTraceSummaries +refused: AccessDenied/);
    expect(stdout).toMatch(/dan +xray:PutTraceSegments +refused: AccessDenied/);
    expect(stdout).toMatch(/recorded besides: .*\d+ × xray:PutTraceSegments/);
    expect(stdout).toMatch(/visitors +-> web +\d+ calls/);
    expect(stdout).toMatch(/cart +-> inventory +\d+ calls/);
    expect(stdout).toMatch(/payment FAILS: it is the cause of \d+ failed traces/);
    expect(stdout).toMatch(/payment is SLOW: it is where \d+ slow traces spent their time/);
    expect(demoFolders()).toEqual(foldersBefore);
  });

  it("ends, and clears up, when nobody reads it any more", async () => {
    const foldersBefore = demoFolders();
    const child = spawn(process.execPath, [program, "demo"], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    child.stdout.destroy();
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(demoFolders()).toEqual(foldersBefore);
  });

  it("says what is wrong with its arguments", async () => {
    await expect(demo("--seconds", "soon")).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("soon") });
  });
});

function demoFolders(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith("dosimeter-demo-"));
}
