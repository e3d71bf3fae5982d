import { describe, expect, it } from "vitest";
import { readEventData } from "./event-data.js";

const owner = "111122223333";
const event = {
  version: "1.0",
  userIdentity: { type: "CustomUserIdentity", principalId: "alice", details: { team: "web" } },
  userAgent: "shop/1.0",
  eventSource: "shop.example.com",
  eventName: "CancelOrder",
  eventTime: "2026-08-01T12:00:00Z",
  UID: "a1b2",
  requestParameters: { order: 4711 },
  responseElements: { cancelled: true },
  errorCode: "Late",
  errorMessage: "The order has left.",
  sourceIPAddress: "192.0.2.1",
  recipientAccountId: owner,
  additionalEventData: { shift: "night" },
};

const refusal = (data: unknown) => {
  try {
    readEventData(typeof data === "string" ? data : JSON.stringify(data), owner);
    return "nothing";
  } catch (reason) {
    return (reason as { code: string }).code;
  }
};
const nested = (levels: number) => `{"userIdentity":${'{"a":'.repeat(levels)}1${"}".repeat(levels)}}`;

describe("eventData", () => {
  it("is kept as it was sent, without spaces", () => {
    const read = readEventData(JSON.stringify(event, null, 2), owner);
    expect(read).toEqual({
      eventTime: "2026-08-01T12:00:00Z",
      eventTimeMs: Date.UTC(2026, 7, 1, 12),
      json: JSON.stringify(event),
    });
  });

  it("says each thing once: of a member that stands twice, what was checked is kept", () => {
    const twice = JSON.stringify(event).replace('"version"', '"recipientAccountId":"999999999999","version"');
    expect(JSON.parse(readEventData(twice, owner).json).recipientAccountId).toBe(owner);
    expect(readEventData(twice, owner).json).not.toContain("999999999999");
  });

  it.each(["version", "eventSource", "eventName", "UID", "eventTime", "recipientAccountId", "userIdentity"])(
    "is refused without %s",
    (name) => {
      expect(refusal({ ...event, [name]: undefined })).toBe("FieldNotFound");
      expect(refusal({ ...event, [name]: null })).toBe("FieldNotFound");
      expect(refusal({ ...event, [name]: 1 })).toBe("InvalidData");
    },
  );

  it.each([
    ["version", 256],
    ["userAgent", 1024],
    ["eventSource", 1024],
    ["eventName", 1024],
    ["UID", 1024],
    ["errorCode", 256],
    ["errorMessage", 256],
  ])("holds in %s at most %d characters", (name, charsMax) => {
    expect(refusal({ ...event, [name]: "ü".repeat(charsMax) })).toBe("nothing");
    expect(refusal({ ...event, [name]: "x".repeat(charsMax + 1) })).toBe("FieldTooLong");
  });

  it.each([
    ["type", 128],
    ["principalId", 1024],
  ])("holds in userIdentity.%s at most %d characters", (name, charsMax) => {
    const of = (value: unknown) => ({ ...event, userIdentity: { ...event.userIdentity, [name]: value } });
    expect(refusal(of("x".repeat(charsMax)))).toBe("nothing");
    expect(refusal(of("x".repeat(charsMax + 1)))).toBe("FieldTooLong");
    expect(refusal(of(undefined))).toBe("FieldNotFound");
  });

  it.each([
    ["requestParameters", 100],
    ["responseElements", 100],
    ["additionalEventData", 28],
  ])("holds in %s an object of at most %d KB", (name, kilobytes) => {
    const of = (bytes: number) => ({ ...event, [name]: { a: "x".repeat(bytes - '{"a":""}'.length) } });
    expect(refusal(of(kilobytes * 1024))).toBe("nothing");
    expect(refusal(of(kilobytes * 1024 + 1))).toBe("FieldTooLong");
    expect(refusal({ ...event, [name]: [] })).toBe("InvalidData");
    expect(refusal({ ...event, [name]: "text" })).toBe("InvalidData");
  });

  it.each([
    ["no JSON", "{", "InvalidData"],
    ["no object", "[]", "InvalidData"],
    ["deep nesting", nested(100_000 / 10), "InvalidData"],
    ["another account", { ...event, recipientAccountId: "444455556666" }, "InvalidRecipient"],
    ["a service of AWS", { ...event, eventSource: "s3.amazonaws.com" }, "InvalidEventSource"],
    ["details that are no object", { ...event, userIdentity: { ...event.userIdentity, details: "x" } }, "InvalidData"],
    ["more than 256 KB", { ...event, more: "x".repeat(256 * 1024) }, "FieldTooLong"],
    ["a time with a fraction", { ...event, eventTime: "2026-08-01T12:00:00.5Z" }, "InvalidData"],
    ["a time of another zone", { ...event, eventTime: "2026-08-01T12:00:00+02:00" }, "InvalidData"],
    ["a day that does not exist", { ...event, eventTime: "2026-02-30T12:00:00Z" }, "InvalidData"],
    ["an hour that does not exist", { ...event, eventTime: "2026-02-20T25:00:00Z" }, "InvalidData"],
  ])("is refused with %s", (_, data, code) => {
    expect(refusal(data)).toBe(code);
  });
});
