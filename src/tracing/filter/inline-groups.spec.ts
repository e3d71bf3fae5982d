import { describe, expect, it } from "vitest";
import { everything, nothing } from "./filter.js";
import { type GroupFilter, inlineGroups } from "./inline-groups.js";
import { nestingMax, termsMax } from "./limits.js";
import { parseFilter } from "./parse-filter.js";

const group = (name: string, filterExpression: string): GroupFilter => ({ name, arn: `arn:${name}`, filterExpression });
const inlined = (expression: string, groups: readonly GroupFilter[]) => inlineGroups(parseFilter(expression), groups);

describe("groups in filters", () => {
  it("are replaced by their expressions, also within each other", () => {
    const groups = [group("slow", "duration > 2"), group("both", 'fault AND group.name = "slow"')];
    expect(inlined('group.name = "slow"', groups)).toEqual(parseFilter("duration > 2"));
    expect(inlined('ok OR !(group.arn = "arn:both")', groups)).toEqual(parseFilter("ok OR !(fault AND duration > 2)"));
    expect(inlined('group.name != "slow"', groups)).toEqual(parseFilter("!(duration > 2)"));
    expect(inlined("ok", [])).toEqual(parseFilter("ok"));
  });

  it("may mean every trace, and then leave nothing of themselves", () => {
    const groups = [group("all", "")];
    for (const name of ["all", "Default"]) {
      expect(inlined(`group.name = "${name}"`, groups)).toEqual(everything);
      expect(inlined(`group.name != "${name}"`, groups)).toEqual(nothing);
      expect(inlined(`ok AND group.name = "${name}"`, groups)).toEqual(parseFilter("ok"));
      expect(inlined(`ok OR group.name = "${name}"`, groups)).toEqual(everything);
      expect(inlined(`ok OR group.name != "${name}"`, groups)).toEqual(parseFilter("ok"));
      expect(inlined(`ok AND group.name != "${name}"`, groups)).toEqual(nothing);
      expect(inlined(`!!(group.name = "${name}")`, groups)).toEqual(everything);
    }
    expect(inlined("", groups)).toEqual(everything);
  });

  it("have to be there, to be readable, and not to refer to themselves", () => {
    expect(() => inlined('group.name = "x"', [])).toThrow("There is no group whose name is 'x'");
    expect(() => inlined('group.name != "x"', [])).toThrow("There is no group");
    expect(() => inlined('group.arn = "x"', [group("x", "ok")])).toThrow("There is no group whose arn is 'x'");
    expect(() => inlined('group.name = "x"', [group("x", "ok AND")])).toThrow(
      /^The filter of group 'x' cannot be used: The expression ends too early/,
    );
    const circle = [group("x", 'ok OR group.name = "y"'), group("y", '!(group.name = "x")')];
    expect(() => inlined('group.name = "x"', circle)).toThrow("The filter of group 'x' refers to itself");
    expect(() => inlined('group.name = "z"', [...circle, group("z", 'group.name = "y"')])).toThrow("refers to itself");
  });

  it("count in the limits: doubling and deepening end soon", () => {
    const doubling = Array.from({ length: 60 }, (_, index) =>
      group(`g${index}`, index === 0 ? "ok" : `group.name = "g${index - 1}" fault group.name = "g${index - 1}"`),
    );
    const before = Math.floor(Math.log2(termsMax)) - 1;
    expect(inlined(`group.name = "g${before}"`, doubling)).toMatchObject({ kind: "and" });
    expect(() => inlined('group.name = "g30"', doubling)).toThrow(/more than \d+ terms/);
    const chain = (length: number, depth: number) =>
      Array.from({ length }, (_, index) =>
        group(`g${index}`, index === 0 ? "ok" : `${"!".repeat(depth)}group.name = "g${index - 1}"`),
      );
    expect(() => inlined('group.name = "g24"', chain(25, nestingMax))).toThrow(/nested too deep/);
    expect(() => inlined('group.name = "g9999"', chain(10_000, 0))).toThrow(/nested too deep/);
  });

  it("leave every filter that the parser takes as it was", () => {
    let deep = "service() { ok OR fault AND !error }";
    for (let depth = 2; depth < nestingMax; depth++) deep = `(ok OR fault AND ${deep})`;
    expect(inlined(deep, [])).toEqual(parseFilter(deep));
    expect(() => parseFilter(`(${deep})`)).toThrow(/nested deeper/);
    expect(inlined('rootcause.json = #[{"a":[1,2]}]', [])).toEqual(parseFilter('rootcause.json = #[{"a":[1,2]}]'));
  });
});
