import type { Selectable } from "kysely";
import type { PeopleTables } from "../../storage/settings/tables/people.js";
import type { SettingsQueries } from "../../storage/settings-store.js";

/** What an account asks of passwords. */
export interface PasswordRules {
  readonly lengthMin: number;
  /** Each must be there. */
  readonly classes: string;
  /** So many of the four classes must be there, whichever. */
  readonly classesMin: number;
  readonly usersMayChange: boolean;
  readonly ageDaysMax: number | undefined;
  /** The last so many passwords, the present one among them, may not be used again. */
  readonly reusePrevention: number;
  /** Whose password expired cannot set a new one. */
  readonly hardExpiry: boolean;
}

/** Of an account without a policy. Source: IAM User Guide, "Default password policy". */
const defaultRules: PasswordRules = {
  lengthMin: 8,
  classes: "",
  classesMin: 3,
  usersMayChange: false,
  ageDaysMax: undefined,
  reusePrevention: 0,
  hardExpiry: false,
};

export const passwordLengthMax = 128;
/** Source: the IAM model, `passwordType`. */
export const passwordPattern = /^[\t\n\r\u0020-\u00ff]+$/;

/** How a class is called where it is missing; letters are those of `classes`. */
const classes = {
  L: { pattern: /[a-z]/, missing: "Password should have at least one lowercase letter" },
  N: { pattern: /[0-9]/, missing: "Password should have at least one number" },
  S: { pattern: /[!@#$%^&*()_+\-=[\]{}|']/, missing: "Password should have at least one symbol" },
  U: { pattern: /[A-Z]/, missing: "Password should have at least one uppercase letter" },
} as const;
type ClassLetter = keyof typeof classes;

const dayMs = 86_400_000;

export async function passwordRules(queries: SettingsQueries, accountId: string): Promise<PasswordRules> {
  const row = await queries
    .selectFrom("iam_password_policies")
    .selectAll()
    .where("account_id", "=", accountId)
    .executeTakeFirst();
  return row ? rulesOf(row) : defaultRules;
}

function rulesOf(row: Selectable<PeopleTables["iam_password_policies"]>): PasswordRules {
  return {
    lengthMin: row.length_min,
    classes: row.classes,
    classesMin: 0,
    usersMayChange: row.users_may_change === 1,
    ageDaysMax: row.age_days_max ?? undefined,
    reusePrevention: row.reuse_prevention ?? 0,
    hardExpiry: row.hard_expiry === 1,
  };
}

/** @returns what is wrong with a password, or undefined. It never says the password. */
export function brokenRule(
  rules: PasswordRules,
  password: string,
  user: { readonly accountId: string; readonly userName: string },
): string | undefined {
  if ([...password].length < rules.lengthMin) return `Password should have a minimum length of ${rules.lengthMin}`;
  const letters = Object.keys(classes) as ClassLetter[];
  for (const letter of letters)
    if (rules.classes.includes(letter) && !classes[letter].pattern.test(password)) return classes[letter].missing;
  const present = letters.filter((letter) => classes[letter].pattern.test(password)).length;
  if (present < rules.classesMin)
    return `Password should have at least ${rules.classesMin} of: lowercase letters, uppercase letters, numbers, symbols`;
  if ([user.accountId, user.userName].some((name) => name.toLowerCase() === password.toLowerCase()))
    return "Password should not be the name of the user or the account";
  return undefined;
}

/** When a password ends, in milliseconds since the epoch; undefined: never. */
export function passwordExpiresMs(rules: PasswordRules, changedMs: number): number | undefined {
  return rules.ageDaysMax === undefined ? undefined : changedMs + rules.ageDaysMax * dayMs;
}
