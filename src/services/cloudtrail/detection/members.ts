import { cloudTrailError } from "../errors.js";

/** Members of our own operations' inputs: no SDK package has their shapes. */
export type Input = Readonly<Record<string, unknown>>;

const refused = (message: string) => cloudTrailError("InvalidParameter", message);

/** @throws InvalidParameter for a member that the operation does not know: a misspelt one must not be ignored. */
export function checkMembers(input: Input, known: readonly string[]): void {
  for (const name of Object.keys(input))
    if (!known.includes(name))
      throw refused(`${name.slice(0, 100)} is not a member: ${known.join(", ") || "there are none"}`);
}

export function textMember(input: Input, name: string, charsMax: number): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string" || value.length > charsMax)
    throw refused(`${name} must be a text of at most ${charsMax} characters`);
  return value;
}

export function choiceMember<Choice extends string>(
  input: Input,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = textMember(input, name, 100);
  const choice = choices.find((each) => each === value);
  if (value !== undefined && choice === undefined) throw refused(`${name} must be one of ${choices.join(", ")}`);
  return choice;
}

export function flagMember(input: Input, name: string): boolean | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "boolean") throw refused(`${name} must be true or false`);
  return value;
}

export function numberMember(
  input: Input,
  name: string,
  bounds: { readonly min: number; readonly max: number },
): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < bounds.min || value > bounds.max)
    throw refused(`${name} must be a whole number from ${bounds.min} to ${bounds.max}`);
  return value;
}

/** Seconds since the epoch. */
export function timeMember(input: Input, name: string): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !(value >= 0 && value < 1e11))
    throw refused(`${name} must be a number of seconds since the epoch`);
  return Math.round(value * 1000);
}

/** From `StartTime`, or so long ago, until `EndTime`, or now. @throws InvalidTimeRange */
export function rangeOf(
  input: Input,
  nowMs: number,
  defaultMs: number,
): { readonly fromMs: number; readonly untilMs: number } {
  const untilMs = timeMember(input, "EndTime") ?? nowMs;
  const fromMs = timeMember(input, "StartTime") ?? untilMs - defaultMs;
  if (fromMs > untilMs) throw cloudTrailError("InvalidTimeRange", "StartTime must not be after EndTime.");
  return { fromMs, untilMs };
}

const ruleIdForm = /^[a-z0-9][a-z0-9._-]{0,127}$/;

/** @throws InvalidParameter */
export function ruleIdOf(input: Input): string {
  const ruleId = textMember(input, "RuleId", 128);
  if (ruleId === undefined || !ruleIdForm.test(ruleId))
    throw refused("RuleId must be of 1 to 128 lower-case letters, digits, dots, dashes and underscores");
  return ruleId;
}
