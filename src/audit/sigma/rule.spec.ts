import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Condition, parseCondition } from "./condition.js";
import { compileRegex } from "./regex.js";
import { compileRule } from "./rule.js";
import { SigmaError } from "./sigma-error.js";
import { TextPattern } from "./text-pattern.js";

const record = {
  eventName: "PutEventSelectors",
  eventSource: "cloudtrail.amazonaws.com",
  eventTime: "2026-03-01T23:15:00Z",
  sourceIPAddress: "10.1.2.3",
  readOnly: false,
  errorCode: null,
  userAgent: "aws-cli/2.15 'curl'",
  userIdentity: {
    type: "AssumedRole",
    arn: "arn:aws:sts::1:assumed-role/Ops/ana",
    sessionContext: { sessionIssuer: { arn: "arn:aws:iam::1:role/Ops" } },
  },
  requestParameters: {
    trailName: "Audit",
    rate: 0.05,
    text: "",
    path: "C:\\temp\\*.log",
    empty: [],
    eventSelectors: [{ readWriteType: "All", includeManagementEvents: true }, { readWriteType: "ReadOnly" }],
    payload: Buffer.from("run whoami now").toString("base64"),
  },
};
const event = { record, text: JSON.stringify(record) };

const head = "title: t\nlogsource: {product: aws, service: cloudtrail}\n";
const ruleOf = (selection: string, condition = "selection") =>
  compileRule(`${head}detection:\n  selection:\n${selection.replace(/^/gm, "    ")}\n  condition: ${condition}\n`);
const matches = (selection: string) => ruleOf(selection).bases[0]!.test(event);

describe("a selection", () => {
  it.each([
    // Values.
    ["eventName: puteventselectors", true],
    ["eventName: [Other, PutEventSelectors]", true],
    ["eventName: PutEventSelector", false],
    ["eventName: Put*", true],
    ["eventName: '*Event*Selectors'", true],
    ["eventName: PutEventSelector?", true],
    ["eventName: PutEventSelectors?", false],
    ["eventName: '*'", true],
    ["EventName: PutEventSelectors", false],
    ["readOnly: false", true],
    ["readOnly: 'false'", true],
    ["requestParameters.rate: 0.05", true],
    // Escapes: a backslash takes the meaning of a wildcard, and is itself elsewhere.
    ["requestParameters.path: 'C:\\temp\\\\\\*.log'", true],
    ["requestParameters.path: 'C:\\temp\\*.log'", false],
    ["requestParameters.path: 'C:\\temp\\\\*.log'", true],
    ["requestParameters.path|endswith: '\\*.log'", true],
    // Absence and emptiness.
    ["errorCode: null", true],
    ["errorMessage: null", true],
    ["eventName: null", false],
    ["requestParameters.text: ''", true],
    ["requestParameters.trailName: ''", false],
    ["errorCode|exists: true", true],
    ["errorMessage|exists: true", false],
    ["errorMessage|exists: false", true],
    ["requestParameters.empty|exists: true", true],
    ["constructor|exists: true", false],
    ["requestParameters.__proto__|exists: true", false],
    // Nested fields and arrays, of which any element counts.
    ["userIdentity.sessionContext.sessionIssuer.arn|endswith: role/ops", true],
    ["requestParameters.eventSelectors.readWriteType: ReadOnly", true],
    ["requestParameters.eventSelectors.readWriteType: WriteOnly", false],
    ["requestParameters.eventSelectors|contains: '\"includeManagementEvents\":true'", true],
    ["dosimeter.caller: arn:aws:iam::1:role/Ops", true],
    // Modifiers.
    ["userAgent|contains: CURL", true],
    ["userAgent|contains|cased: CURL", false],
    ["userAgent|contains|all: [aws-cli, curl]", true],
    ["userAgent|contains|all: [aws-cli, wget]", false],
    ["userAgent|startswith: aws-", true],
    ["eventName|neq: StopLogging", true],
    ["eventName|neq: [StopLogging, PutEventSelectors]", false],
    ["userAgent|re: 'cli/[0-9]+\\.[0-9]{2}'", true],
    ["userAgent|re: 'CLI'", false],
    ["userAgent|re|i: 'CLI'", true],
    ["sourceIPAddress|cidr: 10.0.0.0/8", true],
    ["sourceIPAddress|cidr: [192.168.0.0/16, 10.1.2.0/24]", true],
    ["sourceIPAddress|cidr: 'fd00::/8'", false],
    ["requestParameters.rate|lt: 0.1", true],
    ["requestParameters.rate|lte: 0.05", true],
    ["requestParameters.rate|gt: 0.05", false],
    ["requestParameters.rate|gte: 0.05", true],
    ["requestParameters.trailName|lt: 5", false],
    ["userIdentity.arn|fieldref: userIdentity.arn", true],
    ["userIdentity.arn|fieldref: requestParameters.trailName", false],
    ["requestParameters.payload|base64offset|contains: whoami", true],
    ["requestParameters.payload|base64offset|contains: whoareyou", false],
    ["requestParameters.payload|base64: run whoami now", true],
    ["eventTime|hour: 23", true],
    ["eventTime|hour|gte: 22", true],
    ["eventTime|day: 2", false],
    // Lists of maps, lists of keywords.
    ["- eventName: Other\n- sourceIPAddress: 10.1.2.3", true],
    ["- nothing\n- WHOAMI\n- assumed-role/ops", true],
    ["- nothing here", false],
    ["'|all':\n  - assumed-role\n  - aws-cli", true],
    ["'|all':\n  - assumed-role\n  - wget", false],
    ["eventName: PutEventSelectors\nsourceIPAddress: 10.9.9.9", false],
  ])("%s: %s", (selection, expected) => {
    expect(matches(selection)).toBe(expected);
  });

  it.each([
    ["a|expand: '%admins%'", /'expand' is not supported/],
    ["a|shout: x", /the modifier 'shout' is not supported/],
    ["a|re: '(?=x)y'", /look-around/],
    ["a|re: '(a)\\1'", /'\\1' is not supported/],
    ["a|re: '['", /it ends too early/],
    ["a|cidr: 10.0.0.0/99", /is no network/],
    ["a|exists: maybe", /wants true or false/],
    ["a|lt: few", /wants a number/],
    ["a|contains|re: x", /do not go together/],
    ["a|all: x", /wants a list/],
    ["a: [x, null]", /null cannot be one of several/],
    ["a: {b: c}", /a value is text/],
    ["'|any': [x]", /'\|all' with a list is/],
    ["a|base64: 'x*'", /cannot be encoded/],
    ["a: []", /has no value/],
  ])("%s is refused by name", (selection, message) => {
    expect(() => ruleOf(selection)).toThrow(message);
  });

  it("takes windash for every dash there is", () => {
    const rule = ruleOf("requestParameters.command|windash|contains: ' -enc'");
    for (const dash of ["-", "/", "–", "—", "―"])
      expect(rule.bases[0]!.test({ record: { requestParameters: { command: `ps ${dash}ENC x` } }, text: "" })).toBe(
        true,
      );
  });
});

describe("a rule's text", () => {
  it.each([
    ["title: t\nlogsource: {product: windows, service: security}\ndetection: {a: {b: c}, condition: a}", /logsource/],
    ["logsource: {product: aws, service: cloudtrail}\ndetection: {a: {b: c}, condition: a}", /'title' is missing/],
    [`${head}level: urgent\ndetection: {a: {b: c}, condition: a}`, /'level' is one of/],
    [`${head}detection: {a: {b: c}}`, /no 'condition'/],
    [`${head}detection: {a: {b: c}, condition: b}`, /names 'b', which is not defined/],
    [`${head}detection: {a: {b: c}, condition: a and}`, /ends too early/],
    [`${head}detection: {a: {b: c}, condition: a or or a}`, /cannot be read at 'or'/],
    [`${head}detection: {a: {b: c}, condition: (a}`, /ends too early/],
    [`${head}detection: {a: {b: c}, condition: 2 of a*}`, /'2 of' is not supported/],
    [`${head}detection: {a: {b: c}, condition: a | near b}`, /'\| near b' is not supported/],
    [`${head}detection: {a: {b: c}, condition: a | count() < 3, timeframe: 1m}`, /by > or >=/],
    [`${head}detection: {a: {b: c}, condition: a | count() > 3}`, /'timeframe' is a time/],
    [`${head}detection: {a: &x {b: c}, b: *x, condition: a}`, /aliases/],
    [`${head}title: again`, /unique/],
    [`a: ${"[".repeat(3000)}`, /too many brackets/],
    [`a: ${"[".repeat(1500)}`, /cannot be read/],
    ["x".repeat(40_000), /more than 32768 characters/],
    ["", /empty/],
    ["- a", /a rule is a map/],
    [`${head}detection: {a: {b: c}, condition: a}\ndosimeter: {guess: true}`, /'guess' in 'dosimeter'/],
    [
      `${head}detection: {a: {b: c}, condition: a}\n---\n${head}detection: {a: {b: c}, condition: a}`,
      /one rule at a time/,
    ],
  ])("%#: is refused by name", (text, message) => {
    expect(() => compileRule(text)).toThrow(SigmaError);
    expect(() => compileRule(text)).toThrow(message);
  });

  it("gives what a rule can be looked up by", () => {
    const anchorOf = (text: string) => compileRule(head + text).bases[0]!.anchor;
    const both = "detection: {s: {eventSource: KMS.amazonaws.com}, a: {eventName: [A, B]}, b: {eventName: C, x: y}, ";
    expect(anchorOf(`${both} condition: s and (a or b)}`)).toEqual({
      names: new Set(["a", "b", "c"]),
      sources: new Set(["kms.amazonaws.com"]),
    });
    expect(anchorOf(`${both} condition: s or a}`)).toEqual({});
    expect(anchorOf(`${both} condition: s and not a}`)).toEqual({ sources: new Set(["kms.amazonaws.com"]) });
    expect(anchorOf("detection: {a: {eventName: 'A*'}, condition: a}")).toEqual({});
    expect(anchorOf("detection: {a: {eventName|neq: A}, condition: a}")).toEqual({});
  });

  it("counts as Sigma did before its second version", () => {
    const { tracking } = ruleOf(
      "errorCode: AccessDenied",
      "selection | count(eventName) by userIdentity.arn > 4\n  timeframe: 5m",
    );
    expect(tracking).toEqual({ kind: "value-count", timespanMs: 300_000, count: 5 });
  });
});

/** A condition of three selections, its text, and what it means. */
interface Meant {
  readonly text: string;
  readonly of: (a: boolean, b: boolean, c: boolean) => boolean;
}
const { meant } = fc.letrec<{ meant: Meant }>((tie) => ({
  meant: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<Meant>(
      { text: "sel_a", of: (a) => a },
      { text: "sel_b", of: (_, b) => b },
      { text: "other", of: (_a, _b, c) => c },
      { text: "1 of sel_*", of: (a, b) => a || b },
      { text: "all of sel_*", of: (a, b) => a && b },
      { text: "1 of them", of: (a, b, c) => a || b || c },
      { text: "ALL OF them", of: (a, b, c) => a && b && c },
    ),
    tie("meant").map<Meant>((x) => ({ text: `not (${x.text})`, of: (a, b, c) => !x.of(a, b, c) })),
    fc
      .tuple(tie("meant"), tie("meant"))
      .map<Meant>(([x, y]) => ({ text: `(${x.text}) and (${y.text})`, of: (...z) => x.of(...z) && y.of(...z) })),
    fc
      .tuple(tie("meant"), tie("meant"))
      .map<Meant>(([x, y]) => ({ text: `(${x.text} ) OR ( ${y.text})`, of: (...z) => x.of(...z) || y.of(...z) })),
  ),
}));

describe("a condition", () => {
  const truths = [true, false];
  const conditionOf = (text: string, values: readonly boolean[]) => {
    const names = ["sel_a", "sel_b", "other"];
    const selections = names.map((name, index): [string, Condition] => [
      name,
      { test: () => values[index]!, anchor: {} },
    ]);
    return parseCondition(text, new Map(selections)).condition.test(event);
  };

  it("means what is written, however it is nested", () => {
    fc.assert(
      fc.property(meant, ({ text, of }) => {
        for (const a of truths)
          for (const b of truths) for (const c of truths) expect(conditionOf(text, [a, b, c])).toBe(of(a, b, c));
      }),
    );
  });

  it("binds not before and, and before or", () => {
    expect(conditionOf("sel_a or sel_b and other", [true, false, false])).toBe(true);
    expect(conditionOf("not sel_a and sel_b", [true, false, false])).toBe(false);
    expect(conditionOf("not sel_a or sel_b", [false, false, false])).toBe(true);
  });

  it("never fails otherwise than by refusing", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            "sel_a",
            "and",
            "or",
            "not",
            "(",
            ")",
            "1",
            "all",
            "of",
            "sel_*",
            "them",
            "|",
            "count()",
            ">",
            "3",
          ),
        ),
        (words) => {
          try {
            conditionOf(words.join(" "), [true, true, true]);
          } catch (problem) {
            expect(problem).toBeInstanceOf(SigmaError);
          }
        },
      ),
    );
  });
});

describe("a regular expression", () => {
  const source = fc
    .array(
      fc.constantFrom(
        "a",
        "b",
        ".",
        "[ab]",
        "[^a]",
        "\\d",
        "(a|b)",
        "(?:ab)",
        "^",
        "$",
        "a*",
        "b+",
        "a?",
        "(a|bc){1,2}",
        "c{2}",
        "(b*c)*?",
        "|",
      ),
      { maxLength: 7 },
    )
    .map((parts) => parts.join(""));
  const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "1", "\n", "A"), maxLength: 10 });

  it("finds what JavaScript's finds", () => {
    fc.assert(
      fc.property(source, text, fc.boolean(), fc.boolean(), fc.boolean(), (pattern, subject, i, m, s) => {
        const expected = new RegExp(pattern, `${i ? "i" : ""}${m ? "m" : ""}${s ? "s" : ""}`).test(subject);
        expect(compileRegex(pattern, { i, m, s })(subject)).toBe(expected);
      }),
      { numRuns: 3_000 },
    );
  });

  it("reads hostile texts once", () => {
    const test = compileRegex("^(a+)+(b|a)*([ab]{1,20}){3}$");
    expect(test(`${"a".repeat(200_000)}!`)).toBe(false);
    expect(test("a".repeat(200_000))).toBe(true);
  });

  it("answers the same where remembering what it met does not help", () => {
    // As many states as there are texts of 16 characters.
    const test = compileRegex("^(a|b)*a[ab]{16}c$");
    let seed = 1;
    const next = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % 2 === 0 ? "a" : "b";
    };
    const text = Array.from({ length: 20_000 }, next).join("");
    const last = text.slice(-17, -16);
    expect(test(`${text}c`)).toBe(last === "a");
    expect(test(`${text}a${text.slice(0, 16)}c`)).toBe(true);
    expect(test(`${text}b${text.slice(0, 16)}c`)).toBe(false);
    expect(compileRegex("^a[ab]{16}b$", { m: true })(`${text}\na${text.slice(0, 16)}b\n${text}`)).toBe(true);
  });
});

describe("a pattern with wildcards", () => {
  it("matches as the same regular expression does", () => {
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 12 });
    fc.assert(
      fc.property(pattern, text, (wild, subject) => {
        const expected = new RegExp(`^${wild.replace(/\*/g, ".*").replace(/\?/g, ".")}$`, "s").test(subject);
        expect(TextPattern.read(wild).compile(false)(subject)).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });
});
