import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileFilterPattern } from "./filter-pattern.js";
import { PatternError } from "./pattern-error.js";

const matching = (pattern: string, messages: readonly string[]) => {
  const compiled = compileFilterPattern(pattern);
  return messages.filter((message) => compiled.match(message) !== undefined);
};
const matches = (pattern: string, message: string) => matching(pattern, [message]).length === 1;

const badRequest = "[ERROR 400] BAD REQUEST";
const unauthorized = "[ERROR 401] UNAUTHORIZED REQUEST";
const missing = "[ERROR 419] MISSING ARGUMENTS";
const invalid = "[ERROR 420] INVALID ARGUMENTS";
const info = "[INFO] REQUEST FAILED";
const all = [badRequest, unauthorized, missing, invalid, info];

describe("terms of unstructured messages, as in AWS's guide", () => {
  it.each([
    ["ERROR", [badRequest, unauthorized, missing, invalid]],
    ["ERROR ARGUMENTS", [missing, invalid]],
    ["?ERROR ?FAILED", all],
    ["?MISSING ?FAILED", [missing, info]],
    ["?ERROR ?ARGUMENTS REQUEST", [badRequest, unauthorized, info]],
    ['"BAD REQUEST"', [badRequest]],
    ["ERROR -ARGUMENTS", [badRequest, unauthorized]],
    ['"ERROR" - "BAD"', [unauthorized, missing, invalid]],
    ["-ERROR", [info]],
    ['" "', all],
    ['""', all],
    ["", all],
    ["error", []],
    ["%AUTHORIZED%", [unauthorized]],
    ["%4[0-9]{2}% -ARGUMENTS", [badRequest, unauthorized]],
  ])("%s", (pattern, expected) => {
    expect(matching(pattern, all)).toEqual(expected);
  });
});

describe("regular expressions, as in AWS's guide", () => {
  it.each([
    ["^[hc]at", ["hat", "cat"], ["that", "at"]],
    ["[hc]at$", ["hat", "my cat"], ["hats"]],
    ["colou?r", ["color", "colour"], ["colouur"]],
    ["[abcx-z]", ["a", "y", "-z-"], ["d", "w"]],
    ["^a{3,5}$", ["aaa", "aaaaa"], ["aa", "aaaaaa"]],
    ["^a{,2}$", ["", "aa"], ["aaa"]],
    ["^a{2,}$", ["aa", "aaaaaaa"], ["a"]],
    ["^starting|^initializing|^shutting down", ["starting x", "shutting down"], ["skipping initializing"]],
    ["abcc|ab[^c]$", ["abcc ...", "aba"], ["aac ..."]],
    ["\\[.\\]", ["[a]", "[ ]", "[]]"], ["a", "[ab]"]],
    ["10\\.10\\.0\\.1", ["10.10.0.1"], ["10010,051"]],
    ["10.10.0.1", ["10010,051", "10.10.0.1"], ["10.10.01"]],
    ["ab*c", ["ac", "abbbc"], ["a"]],
    ["ab+c", ["abc", "abbbc"], ["ac"]],
    ["\\d\\D\\s\\S\\w\\W", ["1a b_!"], ["1a b__"]],
    ["\\x28\\x3A", ["(:"], ["x28"]],
  ])("%%%s%%", (source, accepted, refused) => {
    for (const text of accepted) expect([text, matches(`%${source}%`, text)]).toEqual([text, true]);
    for (const text of refused) expect([text, matches(`%${source}%`, text)]).toEqual([text, false]);
  });

  it.each(["something!", "(a)", "a(b", "é", "*a", "[a", "[z-a]", "a{5,3}", "a$b", "a{1000}b{1000}", "\\q", "\\x80"])(
    "refuses %%%s%%",
    (source) => {
      expect(() => compileFilterPattern(`%${source}%`)).toThrow(PatternError);
    },
  );

  it("agrees with the language's own engine", () => {
    const atom = fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "\\d", "1");
    const piece = fc.tuple(atom, fc.constantFrom("", "?", "*", "+", "{2}", "{1,2}", "{2,}")).map((two) => two.join(""));
    const alternative = fc
      .tuple(fc.constantFrom("", "^"), fc.array(piece, { minLength: 1, maxLength: 4 }), fc.constantFrom("", "$"))
      .map(([start, pieces, end]) => start + pieces.join("") + end);
    const source = fc.array(alternative, { minLength: 1, maxLength: 3 }).map((alternatives) => alternatives.join("|"));
    const text = fc
      .array(fc.constantFrom("a", "b", "1", "é"), { maxLength: 8 })
      .map((characters) => characters.join(""));
    fc.assert(
      fc.property(source, fc.array(text, { minLength: 1, maxLength: 5 }), (expression, texts) => {
        const compiled = compileFilterPattern(`%${expression}%`);
        const own = new RegExp(expression);
        for (const each of texts) expect(compiled.match(each) !== undefined).toBe(own.test(each));
      }),
      { numRuns: 500 },
    );
  });

  it("takes an expression that would make a backtracking engine hang", () => {
    const hostile = `${"a".repeat(200_000)}!`;
    expect(matches("%a*a*a*a*a*a*a*a*a*a*b$%", hostile)).toBe(false);
    // Many optional places, under which nearly every character makes a new state.
    const places = ".?".repeat(400);
    const mixed = Array.from({ length: 20_000 }, (_, index) => ((index * index) % 7 < 3 ? "a" : "é")).join("");
    expect(matches(`%a${places}b%`, mixed)).toBe(false);
    expect(matches(`%a${places}b%`, `${mixed}ab`)).toBe(true);
  });
});

const trailEvent = JSON.stringify({
  eventType: "UpdateTrail",
  sourceIPAddress: "111.111.111.111",
  arrayKey: ["value", "another value"],
  objectList: [
    { name: "a", id: 1 },
    { name: "b", id: 2 },
  ],
  SomeObject: null,
  "cluster.name": "c",
  ThisFlag: true,
  latency: 512.5,
});
const people = JSON.stringify({
  user: { id: 1, email: "John.Stiles@example.com" },
  users: [
    { id: 2, email: "John.Doe@example.com" },
    { id: 3, email: "Jane.Doe@example.com" },
  ],
  actions: ["GET", "PUT", "DELETE"],
  coordinates: [
    [0, 1, 2],
    [4, 5, 6],
    [7, 8, 9],
  ],
});

describe("JSON patterns, as in AWS's guide", () => {
  it.each([
    '{ $.eventType = "UpdateTrail" }',
    "{$.eventType=UpdateTrail}",
    "{ $.eventType = *Trail }",
    "{ $.sourceIPAddress != 123.123.* }",
    '{ $.arrayKey[0] = "value" }',
    "{ $.eventType = %Trail% }",
    "{ $.arrayKey[*] = %val.{2}% }",
    "{ $.* = %111\\.111\\.111\\.1[0-9]{1,2}% }",
    "{ $.['cluster.name'] = \"c\" }",
    "{ $.SomeObject IS NULL }",
    "{ $.SomeOtherObject NOT EXISTS }",
    "{ $.ThisFlag IS TRUE }",
    "{ $.objectList[1].id = 2 }",
    "{ $.latency >= 500 && $.latency < 10e3 && $.latency > +5.125e2 || $.latency = 512.5 }",
    "{ $.latency = * }",
    '{ $.latency = "*" }',
  ])("matches: %s", (pattern) => {
    expect(matches(pattern, trailEvent)).toBe(true);
  });

  it.each([
    "{ $.arrayKey = 1 }",
    "{ $.arrayKey != 1 }",
    "{ $.missing != 1 }",
    "{ $.missing IS NULL }",
    "{ $.SomeObject NOT EXISTS }",
    "{ $.ThisFlag IS FALSE }",
    "{ $.eventType > 1 }",
    "{ $.arrayKey[7] = value }",
    "{ $.objectList.id = 1 }",
    "{ $.eventType = updatetrail }",
    '{ $.eventType = "Up*Trail" }',
    "{ $.constructor = * }",
  ])("does not match: %s", (pattern) => {
    expect(matches(pattern, trailEvent)).toBe(false);
  });

  it.each([
    ['{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', true],
    ['{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch && $.actions[2] = nonmatch }', true],
    ['{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = 5) && $.actions[2] = nonmatch }', false],
    ['{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', false],
    ["{ $.coordinates[0][1] = 1 }", true],
  ])("%s is %s", (pattern, expected) => {
    expect(matches(pattern, people)).toBe(expected);
  });

  it("does not match what is not a JSON object", () => {
    expect(matching("{ $.a NOT EXISTS }", ["plain", "{broken", "7", '"text"', '{"b":1}'])).toEqual(['{"b":1}']);
  });

  it("extracts what the selectors lead to", () => {
    expect(compileFilterPattern("{ $.latency > 1 && $.eventType = * }").match(trailEvent)).toEqual({
      "$.latency": "512.5",
      "$.eventType": "UpdateTrail",
    });
  });

  it.each([
    "{",
    "{}",
    "{ $.a }",
    "{ $.a = }",
    "{ $.a = 1",
    "{ $.a = 1 } x",
    "{ a = 1 }",
    "{ $ = 1 }",
    "{ $.a > x }",
    "{ $.a IS 5 }",
    "{ $.a NOT }",
    "{ ($.a = 1 }",
    '{ $.a = "open }',
    "{ $.a[*].b[*] = 1 }",
    "{ $.a = 1 && }",
    "{ $.a = %a% || $.a = %b% || $.a = %c% }",
  ])("refuses %s", (pattern) => {
    expect(() => compileFilterPattern(pattern)).toThrow(PatternError);
  });
});

describe("patterns commonly put on a trail's log group", () => {
  const record = (fields: object) => JSON.stringify({ eventType: "AwsApiCall", ...fields });
  it.each([
    [
      '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
      { errorCode: "AccessDeniedException" },
      { errorCode: "ThrottlingException" },
    ],
    [
      '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }',
      {
        eventName: "ConsoleLogin",
        additionalEventData: { MFAUsed: "No" },
        userIdentity: { type: "IAMUser" },
        responseElements: { ConsoleLogin: "Success" },
      },
      {
        eventName: "ConsoleLogin",
        additionalEventData: { MFAUsed: "Yes" },
        userIdentity: { type: "IAMUser" },
        responseElements: { ConsoleLogin: "Success" },
      },
    ],
    [
      '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }',
      { userIdentity: { type: "Root" } },
      { userIdentity: { type: "Root", invokedBy: "cloudtrail.amazonaws.com" } },
    ],
    [
      "{ ($.eventName = CreateTrail) || ($.eventName = UpdateTrail) || ($.eventName = DeleteTrail) || ($.eventName = StartLogging) || ($.eventName = StopLogging) }",
      { eventName: "StopLogging" },
      { eventName: "GetTrailStatus" },
    ],
    [
      "{ ($.eventSource = kms.amazonaws.com) && (($.eventName = DisableKey) || ($.eventName = ScheduleKeyDeletion)) }",
      { eventSource: "kms.amazonaws.com", eventName: "DisableKey" },
      { eventSource: "kms.amazonaws.com", eventName: "EnableKey" },
    ],
    [
      '{ ($.eventSource = "xray.amazonaws.com") && ($.readOnly IS FALSE) && ($.managementEvent IS TRUE) }',
      { eventSource: "xray.amazonaws.com", readOnly: false, managementEvent: true },
      { eventSource: "xray.amazonaws.com", readOnly: true, managementEvent: true },
    ],
  ])("%s", (pattern, wanted, other) => {
    expect(matching(pattern, [record(wanted), record(other)])).toEqual([record(wanted)]);
  });
});

describe("space-delimited patterns, as in AWS's guide", () => {
  const access = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';
  const lines = [
    "INFO 09/25/2014 12:00:00 GET /service/resource/67 1200",
    "INFO 09/25/2014 12:00:01 POST /service/resource/67/part/111 1310",
    "WARNING 09/25/2014 12:00:02 Invalid user request",
    "ERROR 09/25/2014 12:00:02 Failed to process request",
  ];

  it.each([
    ["[ip=%127\\.0\\.0\\.[1-9]%, user, username, timestamp, request =*.html*, status_code = 4*, bytes]", true],
    ["[..., request =*.html*, status_code = 4*, bytes]", true],
    ["[ip, user, username, timestamp, request =*.html*, status_code = 404 || status_code = 410, bytes]", true],
    ["[ip, user, ..., status_code = 4* && bytes > 1000, bytes]", "refused"],
    ["[ip, ..., status_code = 4* && status_code != 403, bytes > 1000]", true],
    ["[ip, ..., (status_code = 500 || status_code = 404) && status_code != 403, bytes]", true],
    ["[ip, ...]", true],
    ["[ip, user, username, timestamp, request, status_code = 200, bytes]", false],
    ["[ip, user, username, timestamp, request, status_code, bytes > 2000]", false],
    ["[a, b, c, d, e, f, g, h]", false],
  ])("%s", (pattern, expected) => {
    if (expected === "refused") expect(() => compileFilterPattern(pattern)).toThrow(PatternError);
    else expect(matches(pattern, access)).toBe(expected);
  });

  it.each([
    ["[w1=ERROR, w2]", [3]],
    ["[w1=ERROR || w1=WARNING, w2]", [2, 3]],
    ["[w1!=ERROR && w1!=WARNING, w2]", [0, 1]],
    ["[w1=!ERROR&&w1=!WARNING, w2]", [0, 1]],
    ["[logLevel, date, time, method, url=%/service/resource/[0-9]+$%, response_time]", [0]],
    ["[logLevel, date, time, method, url=%/service/resource/[0-9]+/part/[0-9]+$%, response_time]", [1]],
  ])("%s", (pattern, expected) => {
    expect(matching(pattern, lines)).toEqual(expected.map((index) => lines[index]));
  });

  it("extracts every field, by name or by place", () => {
    expect(compileFilterPattern("[..., request=*.html*, status_code=4*,]").match(access)).toEqual({
      $1: "127.0.0.1",
      $2: "Prod",
      $3: "frank",
      $4: "10/Oct/2000:13:25:15 -0700",
      $request: "GET /index.html HTTP/1.0",
      $status_code: "404",
      $7: "1534",
    });
  });

  it("takes a line of unclosed brackets in one pass", () => {
    expect(matches("[a, ..., b = never]", "[ ".repeat(100_000))).toBe(false);
  });
});

describe("any pattern", () => {
  const scrap = fc.constantFrom(
    ..."{}[]()%\"\\$.*?-=!<>&|,' aA1é",
    "$.a",
    "...",
    " IS TRUE",
    " NOT EXISTS",
    "&&",
    "||",
  );
  const pattern = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.array(scrap, { maxLength: 30 }).map((parts) => parts.join("")),
    fc.array(scrap, { maxLength: 30 }).map((parts) => `{ $.a = ${parts.join("")} }`),
    fc.array(scrap, { maxLength: 30 }).map((parts) => `[a, b = ${parts.join("")}]`),
  );

  it("is compiled or refused with a PatternError, and then answers for any message", () => {
    fc.assert(
      fc.property(pattern, fc.oneof(fc.string(), fc.json()), (text, message) => {
        try {
          compileFilterPattern(text).match(message);
        } catch (problem) {
          expect(problem).toBeInstanceOf(PatternError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("survives the deepest nesting its length allows", () => {
    expect(matches(`{ ${"(".repeat(500)}$.a = 1${")".repeat(500)} }`, '{"a":1}')).toBe(true);
    expect(() => compileFilterPattern("(".repeat(2000))).toThrow(PatternError);
  });
});
