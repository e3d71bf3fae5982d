import { management } from "../../../audit/event.js";
import {
  factOfCondition,
  type SmallestCondition,
  type SmallestPolicy,
  smallestConditions,
  smallestPolicy,
  TooManyResources,
} from "../../../identity/least-privilege/smallest-policy.js";
import { extensionRoute } from "../../extension-route.js";
import type { ForeignRoute } from "../../foreign-route.js";
import { operation } from "../../operation.js";
import type { IamDeps } from "../iam-deps.js";
import { limitExceeded } from "../iam-errors.js";
import {
  askedIn,
  listOf,
  type PeriodInput,
  principalAccess,
  readPeriod,
  requirePrincipal,
  shownPeriod,
} from "./period-input.js";

interface GenerateInput extends PeriodInput {
  readonly Conditions?: unknown;
}

/** User agents change with every release of a client, so they are for those who ask. */
const conditionsDefault: readonly SmallestCondition[] = smallestConditions.filter((name) => name !== "UserAgent");
/** Shown of what is left out; there are few. */
const leftOutMax = 100;

/** Extension of ours: the smallest policy that allows what a user or role was seen to do in a period. */
export const generateLeastPrivilegePolicy = (deps: IamDeps): ForeignRoute =>
  extensionRoute(
    operation<GenerateInput, unknown>({
      name: "GenerateLeastPrivilegePolicy",
      readOnly: true,
      event: management,
      access: principalAccess(deps, "GenerateLeastPrivilegePolicy"),
      async execute(input, call) {
        const period = readPeriod(input, call.nowMs);
        const conditions =
          input.Conditions === undefined || input.Conditions === null
            ? conditionsDefault
            : listOf("Conditions", input.Conditions, { max: smallestConditions.length, of: smallestConditions });
        const entity = await requirePrincipal(deps.settings.read, input, call);
        const groups = await askedIn(deps, {
          accountId: call.accountId,
          principalIds: [entity.entity_id],
          ...period,
          by: [...new Set(conditions)].map((name) => factOfCondition[name]),
        });
        const smallest = await within(smallestPolicy(call.accountId, groups, [...new Set(conditions)]));
        return {
          PrincipalArn: entity.arn,
          ...shownPeriod(period),
          PolicyDocuments: smallest.documents,
          Condition: smallest.condition,
          Calls: smallest.calls,
          IncompleteCalls: smallest.incompleteCalls,
          UnknownCalls: smallest.unknownCalls,
          LeftOut: smallest.leftOut
            .slice(0, leftOutMax)
            .map(({ action, resource, reason }) => ({ Action: action, Resource: resource, Reason: reason })),
          LeftOutCount: smallest.leftOut.length,
        };
      },
    }),
  );

async function within(making: Promise<SmallestPolicy>): Promise<SmallestPolicy> {
  try {
    return await making;
  } catch (problem) {
    throw problem instanceof TooManyResources ? limitExceeded(problem.message) : problem;
  }
}
