import { expect, it } from "vitest";
import { healthOf, placesOf } from "./trail-health.js";

const time = new Date(0);

it("a trail delivers, waits, is stopped, or fails with any of its places", () => {
  expect(healthOf({ IsLogging: true }).state).toBe("waiting");
  expect(healthOf({ IsLogging: true, LatestDeliveryTime: time }).state).toBe("delivering");
  expect(healthOf({ IsLogging: true, LatestCloudWatchLogsDeliveryTime: time }).state).toBe("delivering");
  expect(healthOf({ IsLogging: false, LatestDeliveryTime: time }).state).toBe("stopped");
  for (const error of [
    "LatestDeliveryError",
    "LatestDigestDeliveryError",
    "LatestCloudWatchLogsDeliveryError",
    "LatestNotificationError",
  ])
    expect(healthOf({ IsLogging: true, LatestDeliveryTime: time, [error]: "AccessDenied" }).state).toBe("failing");
  expect(healthOf({ IsLogging: false, LatestDeliveryError: "NoSuchBucket" }).state).toBe("failing");
  expect(healthOf({ IsLogging: true, LatestDeliveryTime: time, LatestDeliveryError: "" }).state).toBe("delivering");
});

it("only places that a trail has are told, and what became of those it had", () => {
  const places = (status: object, trail: object) => placesOf(healthOf(status), trail).map(({ to }) => to);
  expect(places({}, { LogFileValidationEnabled: false })).toEqual(["bucket"]);
  expect(places({ LatestNotificationError: "gone" }, { LogFileValidationEnabled: true })).toEqual([
    "bucket",
    "digest",
    "topic",
  ]);
  expect(places({}, { LogFileValidationEnabled: false, CloudWatchLogsLogGroupArn: "a" })).toEqual(["bucket", "logs"]);
});
