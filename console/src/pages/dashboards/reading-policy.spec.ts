import { expect, it } from "vitest";
import { withReading } from "./reading-policy.js";

it("what a store's policy says stays, also where it has one statement alone", () => {
  const store = "arn:aws:cloudtrail:us-east-1:000000000000:eventdatastore/a";
  const dashboard = "arn:aws:cloudtrail:us-east-1:000000000000:dashboard/b";
  const [only] = withReading(undefined, store, dashboard).Statement;
  expect(only).toMatchObject({ Resource: store, Condition: { StringEquals: { "AWS:SourceArn": dashboard } } });
  const other = { Sid: "other" };
  const after = withReading(JSON.stringify({ Version: "2008-10-17", Id: "x", Statement: other }), store, dashboard);
  expect(after).toEqual({ Version: "2008-10-17", Id: "x", Statement: [other, only] });
});
