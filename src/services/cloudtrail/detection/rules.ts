import { findRule, type KnownRule, knownRules, raiseRevision } from "../../../audit/detection/account-rules.js";
import { ruleArn } from "../../../audit/detection/rule-arn.js";
import { shippedRules } from "../../../audit/detection/shipped-rules.js";
import { type EventResource, management } from "../../../audit/event.js";
import { compileRule, type DetectionRule } from "../../../audit/sigma/rule.js";
import { SigmaError } from "../../../audit/sigma/sigma-error.js";
import { ruleCharsMax } from "../../../audit/sigma/yaml-documents.js";
import { nameOf } from "../../../identity/policy/evaluate.js";
import { extensionRoute } from "../../extension-route.js";
import { type Call, operation } from "../../operation.js";
import { decodePageToken, encodePageToken } from "../../page-token.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { checkMembers, flagMember, type Input, ruleIdOf, textMember } from "./members.js";

/** Rules an account may have of its own, with those it edited. */
const rulesMax = 500;
const pageSize = 100;

export const ruleAccess = (name: string) => (input: Input, call: Call) => {
  const { RuleId } = input;
  return [
    { action: `cloudtrail:${name}`, resource: typeof RuleId === "string" ? ruleArn(call, RuleId.slice(0, 128)) : "*" },
  ];
};

function ruleResources({ RuleId }: Input, call: Call): EventResource[] {
  if (typeof RuleId !== "string") return [];
  const ruleId = RuleId.slice(0, 128);
  return [{ type: "Dosimeter::CloudTrail::DetectionRule", name: ruleId, arn: ruleArn(call, ruleId) }];
}

/** @throws InvalidDetectionRule that says what is wrong with it, or what is not done here. */
export function compiledRule(text: string): DetectionRule {
  try {
    return compileRule(text);
  } catch (problem) {
    if (problem instanceof SigmaError)
      throw cloudTrailError("InvalidDetectionRule", `The rule cannot be used: ${problem.message}`);
    throw problem;
  }
}

export function ruleNotFound(ruleId: string) {
  return cloudTrailError("ResourceNotFound", `There is no detection rule '${ruleId}'.`);
}

/** Makes a rule, edits one, or switches one on or off; those that ship, too. In force for what happens from now on. */
export const putDetectionRule = () =>
  extensionRoute(
    operation<Input, unknown>({
      name: "PutDetectionRule",
      readOnly: false,
      event: management,
      access: ruleAccess("PutDetectionRule"),
      resources: ruleResources,
      recordedRequest: (input) => ({ ruleId: input["RuleId"], ruleText: input["RuleText"], enabled: input["Enabled"] }),

      async execute(input, call) {
        checkMembers(input, ["RuleId", "RuleText", "Enabled"]);
        const ruleId = ruleIdOf(input);
        const given = textMember(input, "RuleText", ruleCharsMax);
        const enabled = flagMember(input, "Enabled");
        if (given === undefined && enabled === undefined)
          throw cloudTrailError("InvalidParameter", "RuleText, Enabled or both must be given");
        if (given !== undefined) compiledRule(given);
        return call.commit(async (tx) => {
          const before = await findRule(tx, call.accountId, ruleId);
          if (before === undefined && given === undefined) throw ruleNotFound(ruleId);
          const { count } = await tx
            .selectFrom("detection_rules")
            .select((query) => query.fn.countAll<number>().as("count"))
            .where("account_id", "=", call.accountId)
            .executeTakeFirstOrThrow();
          if (Number(count) >= rulesMax && before?.updatedMs === undefined)
            throw cloudTrailError("LimitExceeded", `An account can have ${rulesMax} detection rules of its own.`);
          const kept = before === undefined || before.text === shippedRules.get(ruleId)?.text ? null : before.text;
          const row = {
            rule_text: given ?? kept,
            enabled: (enabled ?? before?.enabled ?? true) ? 1 : 0,
            updated_ms: call.nowMs,
            updated_by: nameOf(call.caller),
          };
          await tx
            .insertInto("detection_rules")
            .values({ account_id: call.accountId, rule_id: ruleId, ...row })
            .onConflict((conflict) => conflict.columns(["account_id", "rule_id"]).doUpdateSet(row))
            .execute();
          await raiseRevision(tx, call.accountId);
          const now = await findRule(tx, call.accountId, ruleId);
          return shown(now!);
        });
      },
    }),
  );

export const getDetectionRule = (deps: CloudTrailDeps) =>
  extensionRoute(
    operation<Input, unknown>({
      name: "GetDetectionRule",
      readOnly: true,
      event: management,
      access: ruleAccess("GetDetectionRule"),
      resources: ruleResources,
      recordedRequest: (input) => ({ ruleId: input["RuleId"] }),

      async execute(input, call) {
        checkMembers(input, ["RuleId"]);
        const ruleId = ruleIdOf(input);
        const found = await findRule(deps.settings.read, call.accountId, ruleId);
        if (found === undefined) throw ruleNotFound(ruleId);
        const shipped = shippedRules.get(ruleId)?.text;
        return {
          ...shown(found),
          RuleText: found.text,
          ...(shipped !== undefined && shipped !== found.text && { ShippedRuleText: shipped }),
          ...(await learningOf(deps, call, found)),
        };
      },
    }),
  );

/** Until when a rule about new values learns and finds nothing; absent before its first match, and for other rules. */
async function learningOf(deps: CloudTrailDeps, call: Call, { ruleId, rule }: KnownRule) {
  if (rule.tracking.kind !== "new-value") return {};
  const row = await deps.settings.read
    .selectFrom("detection_beginnings")
    .select("since_ms")
    .where("account_id", "=", call.accountId)
    .where("rule_id", "=", ruleId)
    .where("memory_version", "=", rule.memoryVersion)
    .executeTakeFirst();
  if (row === undefined) return { Learning: true };
  const untilMs = row.since_ms + rule.tracking.learnMs;
  return { Learning: call.nowMs < untilMs, LearningUntil: untilMs / 1000 };
}

export const listDetectionRules = (deps: CloudTrailDeps) =>
  extensionRoute(
    operation<Input, unknown>({
      name: "ListDetectionRules",
      readOnly: true,
      event: management,
      access: () => [{ action: "cloudtrail:ListDetectionRules", resource: "*" }],
      recordedRequest: (input) => ({ nextToken: input["NextToken"] }),

      async execute(input, call) {
        checkMembers(input, ["NextToken"]);
        const token = textMember(input, "NextToken", 4096);
        const after = token === undefined ? "" : decodePageToken(token, "rules")?.[0];
        if (after === undefined) throw cloudTrailError("InvalidNextToken", "The next token is not valid.");
        const rest = (await knownRules(deps.settings.read, call.accountId)).filter(({ ruleId }) => ruleId > after);
        const page = rest.slice(0, pageSize);
        return {
          DetectionRules: page.map(shown),
          ...(rest.length > pageSize && { NextToken: encodePageToken([page.at(-1)!.ruleId], "rules") }),
        };
      },
    }),
  );

/** Removes a rule of the account's own with all it remembers; makes one that ships as it was. */
export const deleteDetectionRule = (deps: CloudTrailDeps) =>
  extensionRoute(
    operation<Input, unknown>({
      name: "DeleteDetectionRule",
      readOnly: false,
      event: management,
      access: ruleAccess("DeleteDetectionRule"),
      resources: ruleResources,
      recordedRequest: (input) => ({ ruleId: input["RuleId"] }),

      async execute(input, call) {
        checkMembers(input, ["RuleId"]);
        const ruleId = ruleIdOf(input);
        if ((await findRule(deps.settings.read, call.accountId, ruleId)) === undefined) throw ruleNotFound(ruleId);
        return call.commit(async (tx) => {
          const { numDeletedRows } = await tx
            .deleteFrom("detection_rules")
            .where("account_id", "=", call.accountId)
            .where("rule_id", "=", ruleId)
            .executeTakeFirst();
          const ships = shippedRules.has(ruleId);
          if (numDeletedRows === 0n) {
            if (!ships) throw ruleNotFound(ruleId);
            throw cloudTrailError(
              "InvalidParameter",
              `'${ruleId}' comes with this service as it is: switch it off with PutDetectionRule.`,
            );
          }
          if (!ships)
            for (const table of ["detection_memories", "detection_beginnings"] as const)
              await tx
                .deleteFrom(table)
                .where("account_id", "=", call.accountId)
                .where("rule_id", "=", ruleId)
                .execute();
          await raiseRevision(tx, call.accountId);
          return {};
        });
      },
    }),
  );

function shown({ ruleId, origin, enabled, rule, updatedMs, updatedBy }: KnownRule) {
  return {
    RuleId: ruleId,
    Origin: { shipped: "SHIPPED", edited: "EDITED", own: "OWN" }[origin],
    Enabled: enabled,
    Title: rule.title,
    Severity: rule.severity,
    ...(updatedMs !== undefined && { UpdatedTime: updatedMs / 1000, UpdatedBy: updatedBy }),
  };
}
