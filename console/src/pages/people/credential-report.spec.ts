import { expect, it } from "vitest";
import { readCredentialReport } from "./credential-report.js";

it("a credential report is read by its columns, without the root user, with the latest activity of each", () => {
  const csv = [
    "user,arn,password_enabled,password_last_used,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date",
    "<root_account>,arn,false,N/A,false,true,2026-01-01T00:00:00+00:00,N/A,false,N/A,N/A",
    '"ana,b",arn,true,2026-03-01T00:00:00+00:00,true,true,2026-01-01T00:00:00+00:00,2026-04-01T00:00:00+00:00,false,2026-02-01T00:00:00+00:00,N/A',
    "new,arn,true,no_information,false,false,N/A,N/A,false,N/A,N/A",
  ].join("\n");
  const report = readCredentialReport(csv);
  expect([...report.keys()]).toEqual(["ana,b", "new"]);
  expect(report.get("ana,b")).toEqual({
    user: "ana,b",
    hasPassword: true,
    hasMfa: true,
    keys: [
      { active: true, made: new Date("2026-01-01T00:00:00Z") },
      { active: false, made: new Date("2026-02-01T00:00:00Z") },
    ],
    lastActivity: new Date("2026-04-01T00:00:00Z"),
  });
  expect(report.get("new")).toEqual({ user: "new", hasPassword: true, hasMfa: false, keys: [] });
});
