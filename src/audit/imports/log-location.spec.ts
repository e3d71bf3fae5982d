import { describe, expect, it } from "vitest";
import { holdsLogs, isWantedFile, leadsToLogs, mayHoldTimes, parseLogLocation } from "./log-location.js";

describe("the location of an import", () => {
  it.each([
    ["s3://logs", { bucket: "logs", folder: "" }],
    ["s3://logs/", { bucket: "logs", folder: "" }],
    ["s3://logs/AWSLogs", { bucket: "logs", folder: "AWSLogs/" }],
    ["s3://my.logs-1/a/b c/", { bucket: "my.logs-1", folder: "a/b c/" }],
  ])("%s is a folder of a bucket", (uri, location) => {
    expect(parseLogLocation(uri)).toEqual(location);
  });

  it.each(["", "logs", "s3://", "s3://L", "s3:///a", "https://logs.s3.amazonaws.com/", "s3://logs/a\u0000b/"])(
    "%j is none",
    (uri) => {
      expect(parseLogLocation(uri)).toBeUndefined();
    },
  );
});

describe("an import looks", () => {
  const folders = [
    "AWSLogs/",
    "AWSLogs/111122223333/",
    "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/08/01/",
    "AWSLogs/o-abc/111122223333/CloudTrail/eu-west-1/",
    "AWSLogs/111122223333/CloudTrail-Digest/",
    "AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/",
    "AWSLogs/111122223333/elasticloadbalancing/",
    "CloudTrail/2026/",
    "team/",
    "team/AWSLogs/111122223333/Config/",
    "team/AWSLogs/111122223333/CloudTrail/",
    "team/2026/",
  ];
  /** A folder is come to through those above it. */
  const comesTo = (uri: string, folder: string) => {
    const location = parseLogLocation(uri)!;
    if (!folder.startsWith(location.folder)) return false;
    const names = folder.slice(location.folder.length).split("/").slice(0, -1);
    const way = names.map((_, index) => `${location.folder}${names.slice(0, index + 1).join("/")}/`);
    return way.every((step) => leadsToLogs(location, step));
  };
  const seen = (uri: string) => folders.filter((folder) => comesTo(uri, folder));

  it("in a bucket, into the logs of CloudTrail alone", () => {
    expect(seen("s3://logs")).toEqual([
      "AWSLogs/",
      "AWSLogs/111122223333/",
      "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/08/01/",
      "AWSLogs/o-abc/111122223333/CloudTrail/eu-west-1/",
      "CloudTrail/2026/",
    ]);
  });

  it("in a folder that is named, into all of it but the logs of other services", () => {
    expect(seen("s3://logs/team/")).toEqual(["team/", "team/AWSLogs/111122223333/CloudTrail/", "team/2026/"]);
  });

  it("in a folder of another service if just that is named", () => {
    expect(seen("s3://logs/AWSLogs/111122223333/CloudTrail-Insight/")).toEqual([
      "AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/",
    ]);
  });

  it("at files where log files stand", () => {
    const bucket = parseLogLocation("s3://logs")!;
    expect(seen("s3://logs").filter((folder) => holdsLogs(bucket, folder))).toEqual([
      "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/08/01/",
      "AWSLogs/o-abc/111122223333/CloudTrail/eu-west-1/",
      "CloudTrail/2026/",
    ]);
    expect(holdsLogs(bucket, "")).toBe(false);
    expect(holdsLogs(parseLogLocation("s3://logs/team/")!, "team/")).toBe(true);
  });
});

describe("a range of time", () => {
  const range = { fromMs: Date.UTC(2026, 7, 1, 23), untilMs: Date.UTC(2026, 7, 2, 23, 30) };

  it("leaves out folders of days in which no file can have its events", () => {
    const day = (name: string) => mayHoldTimes(`AWSLogs/111122223333/CloudTrail/eu-west-1/${name}/`, range);
    expect(["2026/07/31", "2026/08/01", "2026/08/02", "2026/08/03", "2026/08/04"].map(day)).toEqual([
      false,
      true,
      true,
      // Files of 23:30 are written in the hour that follows.
      true,
      false,
    ]);
    expect(["2026", "2026/07", "2026/07/31/more", "x/9999/99/99"].map(day)).toEqual([true, true, true, true]);
  });

  it("leaves out files whose name has no time that fits", () => {
    const wanted = (time: string) => isWantedFile(`a/111122223333_CloudTrail_eu-west-1_${time}_abc.json.gz`, range);
    expect(wanted("20260801T2259Z")).toBe(false);
    expect(wanted("20260801T2300Z")).toBe(true);
    expect(wanted("20260803T0030Z")).toBe(true);
    expect(wanted("20260803T0031Z")).toBe(false);
    expect(isWantedFile("a/events.json.gz", range)).toBe(false);
  });

  it("is not asked of names where none is given; other formats than gzip of JSON are left out in any case", () => {
    expect(isWantedFile("a/events.json.gz", undefined)).toBe(true);
    expect(isWantedFile("a/events.json", undefined)).toBe(false);
    expect(isWantedFile("a/", undefined)).toBe(false);
  });
});
