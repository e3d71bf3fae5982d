// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are spelled like this.
import { describe, expect, it } from "vitest";
import { compileConditions } from "./conditions.js";
import { MalformedPolicy } from "./malformed-policy.js";

type Values = Record<string, string | string[]>;

function holds(operator: string, key: string, wanted: string | string[], values: Values): boolean {
  const condition = compileConditions({ [operator]: { [key]: [wanted].flat() } }, { variables: true });
  return condition({ get: (name) => (values[name] === undefined ? undefined : [values[name]].flat()) });
}

describe("condition operators", () => {
  const cases: [operator: string, wanted: string | string[], value: string | string[] | undefined, holds: boolean][] = [
    ["StringEquals", "a", "a", true],
    ["StringEquals", "a", "A", false],
    ["StringEquals", ["a", "b"], "b", true],
    ["StringEquals", "a*", "abc", false],
    ["StringEquals", "a", undefined, false],
    ["StringEqualsIfExists", "a", undefined, true],
    ["StringEqualsIfExists", "a", "b", false],
    ["StringNotEquals", "a", undefined, true],
    ["StringNotEquals", ["a", "b"], "b", false],
    ["StringNotEquals", ["a", "b"], "c", true],
    ["StringEqualsIgnoreCase", "aB", "Ab", true],
    ["StringNotEqualsIgnoreCase", "aB", "Ab", false],
    ["StringLike", "a*d?", "abcde", true],
    ["StringNotLike", "a*", "abc", false],
    ["stringlike", "a*", "abc", true],
    ["NumericEquals", "10", "10.0", true],
    ["NumericNotEquals", "10", "10.0", false],
    ["NumericLessThan", "10", "9", true],
    ["NumericLessThanEquals", "10", "10", true],
    ["NumericGreaterThan", "10", "9", false],
    ["NumericGreaterThanEquals", "10", "ten", false],
    ["DateLessThan", "2026-08-01T00:00:00Z", "2026-07-31T23:59:59Z", true],
    ["DateGreaterThan", "2026-08-01T00:00:00+02:00", "2026-07-31T22:30:00Z", true],
    ["DateEquals", "1785542400", "2026-08-01T00:00:00Z", true],
    ["DateLessThanEquals", "2026", "2026-01-01T00:00:00Z", true],
    ["Bool", "true", "True", true],
    ["Bool", "false", undefined, false],
    ["BoolIfExists", "false", undefined, true],
    ["BinaryEquals", "QUI=", "QUI=", true],
    ["BinaryEquals", "QUI=", "QUM=", false],
    ["IpAddress", "10.0.0.0/8", "10.9.8.7", true],
    ["IpAddress", "10.0.0.0/8", "11.0.0.1", false],
    ["IpAddress", "10.0.0.1", "::ffff:10.0.0.1", true],
    ["IpAddress", "2001:db8::/32", "2001:db8:1::1", true],
    ["IpAddress", "0.0.0.0/0", "2001:db8::1", false],
    ["IpAddress", "10.0.0.0/8", "cloudtrail.amazonaws.com", false],
    ["NotIpAddress", "10.0.0.0/8", "10.9.8.7", false],
    ["NotIpAddress", "10.0.0.0/8", undefined, true],
    ["ArnEquals", "arn:aws:s3:::b*", "arn:aws:s3:::bucket", true],
    ["ArnLike", "arn:aws:*:*:111122223333:trail/*", "arn:aws:cloudtrail:us-east-1:111122223333:trail/t", true],
    ["ArnLike", "arn:aws:*:111122223333:trail/t", "arn:aws:cloudtrail:us-east-1:111122223333:trail/t", false],
    ["ArnNotLike", "arn:aws:iam::1:user/*", "arn:aws:iam::1:user/x", false],
    ["ArnLike", "arn:aws:iam::1:user/*", "no arn", false],
    ["Null", "true", undefined, true],
    ["Null", "false", undefined, false],
    ["Null", "false", "x", true],
    ["ForAnyValue:StringEquals", ["a", "b"], ["x", "b"], true],
    ["ForAnyValue:StringEquals", "a", undefined, false],
    ["ForAnyValue:StringNotEquals", "a", ["a", "b"], true],
    ["ForAnyValue:StringNotEquals", "a", ["a"], false],
    ["ForAllValues:StringEquals", ["a", "b"], ["a", "b"], true],
    ["ForAllValues:StringEquals", ["a", "b"], ["a", "c"], false],
    ["ForAllValues:StringEquals", "a", undefined, true],
    ["ForAllValues:StringNotLike", "a*", ["b", "ac"], false],
  ];
  it.each(cases)("%s %j of %j is %s", (operator, wanted, value, expected) => {
    expect(holds(operator, "x:Key", wanted, value === undefined ? {} : { "x:key": value })).toBe(expected);
  });

  it("put the values of variables in as they are", () => {
    const wanted = "home/${aws:username}/*";
    expect(holds("StringLike", "s3:prefix", wanted, { "s3:prefix": "home/ann/x", "aws:username": "ann" })).toBe(true);
    expect(holds("StringLike", "s3:prefix", wanted, { "s3:prefix": "home/bob/x", "aws:username": "*" })).toBe(false);
    expect(holds("StringLike", "s3:prefix", wanted, { "s3:prefix": "home//x" })).toBe(false);
    const withDefault = "home/${aws:username, 'guest'}";
    expect(holds("StringEquals", "s3:prefix", withDefault, { "s3:prefix": "home/guest" })).toBe(true);
    expect(holds("StringLike", "s3:prefix", "a${*}b", { "s3:prefix": "a*b" })).toBe(true);
    expect(holds("StringLike", "s3:prefix", "a${*}b", { "s3:prefix": "axb" })).toBe(false);
    const spaced = "${aws:PrincipalTag/Cost Center , 'none'}";
    expect(holds("StringEquals", "x:key", spaced, { "x:key": "7", "aws:principaltag/cost center": "7" })).toBe(true);
    expect(holds("StringEquals", "x:key", spaced, { "x:key": "none" })).toBe(true);
    const arn = "${aws:PrincipalArn}";
    const values = { "x:arn": "arn:aws:iam::1:user/a", "aws:principalarn": "arn:aws:iam::1:user/a" };
    expect(holds("ArnEquals", "x:arn", arn, values)).toBe(true);
  });

  it.each([
    ["StringAlmost", "a"],
    ["NullIfExists", "true"],
    ["Bool", "yes"],
    ["NumericEquals", "ten"],
    ["DateLessThan", "tomorrow"],
    ["IpAddress", "10.0.0.0/33"],
    ["IpAddress", "10.0.0.0/8/8"],
    ["IpAddress", "localhost"],
    ["StringEquals", "${aws:username"],
    ["StringEquals", "${no key}"],
  ])("refuse %s %j", (operator, wanted) => {
    expect(() => holds(operator, "x:key", wanted, {})).toThrow(MalformedPolicy);
  });
});
