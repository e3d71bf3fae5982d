import { type PolicyStatement, parsePolicy } from "../../../identity/policy/document.js";
import { type Check, dayMs } from "./check.js";

const keyAgeDaysMax = 90;

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
