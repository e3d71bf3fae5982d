import { passwordLengthMax, passwordPattern } from "../../identity/people/password-rules.js";
import { mfaCodePattern } from "../../identity/people/totp.js";
import { Constraints } from "../constraints.js";
import { validationError } from "../service-error.js";

/** AWS's console signs people in for twelve hours. */
const lifetimeSeconds = { min: 900, max: 43_200, default: 43_200 };

export interface ConsoleLoginInput {
  /** Number of the account, or its alias. */
  readonly Account: string;
  readonly UserName: string;
  readonly Password: string;
  readonly MFACode?: string;
  /** Where the present one must be changed, or is to be. */
  readonly NewPassword?: string;
  readonly DurationSeconds: number;
}

const texts = ["Account", "UserName", "Password", "MFACode", "NewPassword"] as const;

/** @throws ServiceError ValidationException; what was given is not shown, for people type passwords into any field. */
export function readInput(body: unknown): ConsoleLoginInput {
  const given = body as Record<string, unknown>;
  const known: readonly string[] = [...texts, "DurationSeconds"];
  if (Object.keys(given).some((name) => !known.includes(name)))
    throw validationError(`The input has a member that is not one of ${known.join(", ")}.`);
  if (texts.some((name) => given[name] !== undefined && typeof given[name] !== "string"))
    throw validationError(`${texts.join(", ")} are texts.`);
  const input = { ...given, DurationSeconds: given["DurationSeconds"] ?? lifetimeSeconds.default } as ConsoleLoginInput;
  if (typeof input.DurationSeconds !== "number" || !Number.isInteger(input.DurationSeconds))
    throw validationError("DurationSeconds is a whole number.");
  const password = [{ min: 1, max: passwordLengthMax }, passwordPattern] as const;
  new Constraints()
    .required("account", input.Account)
    .required("userName", input.UserName)
    .required("password", input.Password)
    .secret("account", input.Account, { min: 3, max: 63 }, /^[a-z0-9-]+$/)
    .secret("userName", input.UserName, { min: 1, max: 64 }, /^[\w+=,.@-]+$/)
    .secret("password", input.Password, ...password)
    .secret("newPassword", input.NewPassword, ...password)
    .secret("mFACode", input.MFACode, { min: 6, max: 6 }, mfaCodePattern)
    .range("durationSeconds", input.DurationSeconds, lifetimeSeconds)
    .check();
  return input;
}
