import { describe, expect, it } from "vitest";
import { queryOfPrompt } from "./query-of-prompt.js";

const store = "11111111-2222-3333-4444-555555555555";
const made = (prompt: string) => queryOfPrompt(prompt, store).replace(/\s+/g, " ");

describe("a query of a prompt", () => {
  it.each([
    [
      "Who deleted a bucket in the last 7 days?",
      [
        "useridentity.arn AS user",
        "LIKE 'Delete%Bucket%'",
        "date_add('day', -7, now())",
        "GROUP BY 1",
        "ORDER BY events DESC",
      ],
    ],
    [
      "How many errors per day in the past month",
      [
        "date_trunc('day', eventtime) AS period, count(*) AS events",
        "errorcode IS NOT NULL",
        "date_add('month', -1, now())",
        "ORDER BY period",
      ],
    ],
    [
      "Show me the top 5 users of s3 yesterday",
      ["useridentity.arn AS user", "eventsource = 's3.amazonaws.com'", "LIMIT 5", "interval '1' day"],
    ],
    [
      "Who called GetTraceSummaries or BatchGetTraces today?",
      ["eventname IN ('GetTraceSummaries', 'BatchGetTraces')", "useridentity.arn AS user", "date_trunc('day', now())"],
    ],
    [
      "List access denied events by user alice since 2026-01-02",
      [
        "SELECT eventtime, useridentity.arn, eventsource, eventname, errorcode",
        "AccessDenied",
        "useridentity.username = 'alice'",
        "timestamp '2026-01-02 00:00:00'",
        "ORDER BY eventtime DESC LIMIT 100",
      ],
    ],
    [
      "how often was PutTraceSegments called per hour in the last 24 hours",
      ["eventname = 'PutTraceSegments'", "date_trunc('hour', eventtime)", "date_add('hour', -24, now())"],
    ],
    [
      "What are the most frequent error codes of X-Ray",
      ["errorcode AS error", "eventsource = 'xray.amazonaws.com'", "LIMIT 10"],
    ],
    ["console logins without MFA", ["eventname = 'ConsoleLogin'", "element_at(additionaleventdata, 'MFAUsed') = 'No'"]],
    [
      "Which services did the role ingest use in eu-west-1",
      ["eventsource AS service", "sessionissuer.username = 'ingest'", "awsregion = 'eu-west-1'"],
    ],
    [
      "Show all calls from 203.0.113.7 between 2026-01-01 and 2026-01-31 12:30",
      [
        "sourceipaddress = '203.0.113.7'",
        "BETWEEN timestamp '2026-01-01 00:00:00' AND timestamp '2026-01-31 12:30:00'",
      ],
    ],
    ["show me the 20 most active users", ["useridentity.arn AS user", "LIMIT 20"]],
    ["Who was denied most in the last 7 days?", ["useridentity.arn AS user", "AccessDenied", "ORDER BY events DESC"]],
    ["the last 3 events by root", ["useridentity.type = 'Root'", "LIMIT 3"]],
    ["denied calls by AKIAIOSFODNN7EXAMPLE", ["useridentity.accesskeyid = 'AKIAIOSFODNN7EXAMPLE'", "AccessDenied"]],
  ])("answers %s", (prompt, parts) => {
    for (const part of parts) expect(made(prompt)).toContain(part);
    expect(made(prompt)).toContain(`FROM ${store}`);
  });

  it("differs as the prompts do", () => {
    const prompts = [
      "errors today",
      "errors yesterday",
      "errors of s3 today",
      "errors by alice today",
      "how many errors today",
    ];
    expect(new Set(prompts.map(made)).size).toBe(prompts.length);
  });

  it("quotes what it takes from the prompt", () => {
    expect(made("denied calls to arn:aws:s3:::it's-mine")).toContain("'arn:aws:s3:::it''s-mine'");
  });

  it.each([
    ["Write a poem about clouds", /Not understood: .*poem/],
    ["errors today and make me a sandwich", /Understood: .*today.*Not understood: make, sandwich/],
    ["show me the events", /Name operations/],
    ["errors on 2026-13-45", /Not understood/],
    ["DROP TABLE users; --", /Not understood: DROP/],
  ])("refuses %s, and says what it understood", (prompt, message) => {
    expect(() => queryOfPrompt(prompt, store)).toThrow(message);
  });
});
