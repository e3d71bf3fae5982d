import { type PolicyStatement, parsePolicy } from "../../../identity/policy/document.js";
import { type Check, dayMs } from "./check.js";

const keyAgeDaysMax = 90;
const unusedDaysMax = 45;
/** Of root: so long ago that it was not daily work. */
const rootRestDays = 30;
const passwordLengthMin = 14;
const passwordsRemembered = 24;

const everything = ({ patterns, negated }: { patterns: readonly string[]; negated: boolean }) =>
  !negated && patterns.some((pattern) => /^\*+(:\*+)?$/.test(pattern));

function allowsEverything({ effect, actions, resources, conditions }: PolicyStatement): boolean {
  if (effect !== "Allow" || Object.keys(conditions).length > 0) return false;
  return everything(actions) && resources !== undefined && everything(resources);
}

export const accessChecks: readonly Check[] = [
  {
    id: "no-wildcard-policies",
    area: "ACCESS",
    title: "No policy in force allows everything on everything",
    severity: "high",
    references: ["CIS AWS Foundations 3.0: 1.16"],
    mend: "attach the policy that was really needed (docs/guide/least-privilege.md), and detach the wide one",
    look: ({ policies }) =>
      policies
        .filter(({ document }) => parsePolicy(document, "identity").statements.some(allowsEverything))
        .map(({ policy, holders }) => ({ resource: policy, message: `allows * on * to ${holders.join(", ")}` })),
  },
  {
    id: "access-keys-are-rotated",
    area: "ACCESS",
    title: `No access key in use is older than ${keyAgeDaysMax} days`,
    severity: "medium",
    references: ["CIS AWS Foundations 3.0: 1.14"],
    mend: "aws iam create-access-key, use it, then update-access-key --status Inactive and delete-access-key for the old one",
    look({ accessKeys, nowMs }) {
      const ofUsers = accessKeys.filter((key) => key.active && !key.isRoot);
      if (ofUsers.length === 0) return undefined;
      return ofUsers
        .map((key) => ({ ...key, ageDays: Math.floor((nowMs - key.createdMs) / dayMs) }))
        .filter(({ ageDays }) => ageDays > keyAgeDaysMax)
        .map(({ owner, accessKeyId, ageDays }) => ({
          resource: owner,
          message: `${accessKeyId} is ${ageDays} days old`,
        }));
    },
  },
  {
    id: "unused-credentials-are-off",
    area: "ACCESS",
    title: `No access key or password can be used that was not in ${unusedDaysMax} days`,
    severity: "medium",
    references: ["CIS AWS Foundations 3.0: 1.12"],
    mend: "aws iam update-access-key --status Inactive, or delete-login-profile",
    look({ accessKeys, people, nowMs }) {
      const credentials = [
        ...accessKeys
          .filter((key) => key.active && !key.isRoot)
          .map((key) => ({ owner: key.owner, what: key.accessKeyId, usedMs: key.usedMs ?? key.createdMs })),
        ...people.map((person) => ({ owner: person.arn, what: "the password", usedMs: person.lastUsedMs })),
      ];
      if (credentials.length === 0) return undefined;
      return credentials
        .map((one) => ({ ...one, days: Math.floor((nowMs - one.usedMs) / dayMs) }))
        .filter(({ days }) => days > unusedDaysMax)
        .map(({ owner, what, days }) => ({ resource: owner, message: `${what} was not used for ${days} days` }));
    },
  },
  {
    id: "root-rests",
    area: "ACCESS",
    title: `The root user did nothing for ${rootRestDays} days`,
    severity: "high",
    references: ["CIS AWS Foundations 3.0: 1.7"],
    mend: "make a user with the policies its work needs, use its key, and lock root's away",
    look: ({ accessKeys, nowMs }) =>
      accessKeys
        .filter((key) => key.isRoot && key.usedMs !== undefined && nowMs - key.usedMs < rootRestDays * dayMs)
        .map(({ owner, accessKeyId, usedMs }) => ({
          resource: owner,
          message: `${accessKeyId} was used at ${new Date(usedMs!).toISOString()}`,
        })),
  },
  {
    id: "people-have-second-factors",
    area: "ACCESS",
    title: "Everybody with a password has a second factor",
    severity: "high",
    references: ["CIS AWS Foundations 3.0: 1.10"],
    mend: "aws iam create-virtual-mfa-device, then enable-mfa-device with two codes (docs/guide/people.md)",
    look({ people }) {
      if (people.length === 0) return undefined;
      return people
        .filter(({ hasDevice }) => !hasDevice)
        .map(({ arn }) => ({ resource: arn, message: "signs in with a password alone" }));
    },
  },
  {
    id: "passwords-are-strong",
    area: "ACCESS",
    title: `Passwords have ${passwordLengthMin} characters, and the last ${passwordsRemembered} are not used again`,
    severity: "medium",
    references: ["CIS AWS Foundations 3.0: 1.8 and 1.9"],
    mend: `aws iam update-account-password-policy --minimum-password-length ${passwordLengthMin} --password-reuse-prevention ${passwordsRemembered}`,
    look({ people, passwordPolicy, accountId }) {
      if (people.length === 0) return undefined;
      const resource = `arn:aws:iam::${accountId}:root`;
      if (passwordPolicy === undefined) return [{ resource, message: "the account has no password policy" }];
      const { length_min: length, reuse_prevention: remembered } = passwordPolicy;
      return [
        ...(length < passwordLengthMin ? [{ resource, message: `${length} characters are enough` }] : []),
        ...((remembered ?? 0) < passwordsRemembered
          ? [{ resource, message: `${remembered ?? 0} earlier passwords are remembered` }]
          : []),
      ];
    },
  },
  {
    id: "one-access-key-a-user",
    area: "ACCESS",
    title: "No user has two access keys in use",
    severity: "low",
    references: ["CIS AWS Foundations 3.0: 1.13"],
    mend: "aws iam update-access-key --status Inactive for the one that is no longer needed",
    look({ accessKeys }) {
      const active = accessKeys.filter((key) => key.active && !key.isRoot);
      if (active.length === 0) return undefined;
      const owners = [...new Set(active.map((key) => key.owner))];
      return owners
        .map((owner) => ({ owner, ids: active.filter((key) => key.owner === owner).map((key) => key.accessKeyId) }))
        .filter(({ ids }) => ids.length > 1)
        .map(({ owner, ids }) => ({ resource: owner, message: `${ids.join(" and ")} can both be used` }));
    },
  },
];
