import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../../audit/event.js";
import type { Caller } from "../../../identity/caller.js";
import { compilePolicyText } from "../../../identity/policy/compile.js";
import {
  type SimulatedDecision,
  type SimulatedPolicy,
  type SimulatedResult,
  type Simulation,
  simulate,
  simulatedPolicy,
} from "../../../identity/policy/simulate.js";
import { type Call, operation } from "../../operation.js";
import { type EntityPolicy, principalPolicies } from "../entity-policies.js";
import type { IamDeps } from "../iam-deps.js";
import { invalidInput } from "../iam-errors.js";
import { pageOf, pageStart } from "../listing.js";
import { withoutExcluded } from "./exclusions.js";
import { requireSource, sourceAccess } from "./policy-source.js";
import {
  checkPolicyList,
  checkSimulation,
  ownerOf,
  type SimulationInput,
  simulatedCaller,
  simulatedValues,
  withInputErrors,
} from "./simulation-input.js";

/** Pairs of action and resource on one page. */
const pairsMax = 10_000;

export const simulateCustomPolicy = (_deps: IamDeps) =>
  operation<Iam.SimulateCustomPolicyRequest, Iam.SimulatePolicyResponse>({
    name: "SimulateCustomPolicy",
    readOnly: true,
    event: management,
    access: () => [{ action: "iam:SimulateCustomPolicy", resource: "*" }],
    execute: async (input, call) => {
      checkPolicyList(input.PolicyInputList);
      checkSimulation(input);
      if (input.ResourcePolicy !== undefined && input.CallerArn === undefined)
        throw invalidInput("CallerArn is required with ResourcePolicy.");
      return resultsOf(input, simulatedCaller(input.CallerArn, call.accountId), []);
    },
  });

export const simulatePrincipalPolicy = (deps: IamDeps) =>
  operation<Iam.SimulatePrincipalPolicyRequest, Iam.SimulatePolicyResponse>({
    name: "SimulatePrincipalPolicy",
    readOnly: true,
    event: management,
    access: (input, call) => sourceAccess(deps, call, input.PolicySourceArn, "SimulatePrincipalPolicy"),
    execute: async (input, call: Call) => {
      checkPolicyList(input.PolicyInputList);
      checkSimulation(input);
      const entity = await requireSource(deps.settings.read, call, input.PolicySourceArn, "policySourceArn");
      const present = await principalPolicies(deps.settings.read, entity);
      const { identity, boundary } = withoutExcluded(present, input.PolicyExclusionList);
      const caller = simulatedCaller(input.CallerArn ?? entity.arn, call.accountId);
      return resultsOf(input, caller, identity, boundary);
    },
  });

/** @param present policies before those of the input. */
function resultsOf(
  input: SimulationInput,
  caller: Caller,
  present: readonly EntityPolicy[],
  presentBoundary?: EntityPolicy,
): Iam.SimulatePolicyResponse {
  const boundary = input.PermissionsBoundaryPolicyInputList?.[0] ?? presentBoundary?.document;
  const simulation = withInputErrors(
    (): Simulation => ({
      identity: [
        ...present.map((policy) => simulatedPolicy(sourceIdOf(policy), policy.document, "identity")),
        ...(input.PolicyInputList ?? []).map((text, i) =>
          simulatedPolicy(`PolicyInputList.${i + 1}`, text, "identity"),
        ),
      ],
      ...(boundary !== undefined && { boundary: simulatedPolicy("PermissionsBoundary", boundary, "identity") }),
      ...(input.OrderedOrganizationPolicyInputList && {
        organization: input.OrderedOrganizationPolicyInputList.map(({ ServiceControlPolicyInputList: policies }) =>
          (policies ?? []).map((text) => compilePolicyText(text, "identity")),
        ),
      }),
      ...(input.ResourcePolicy !== undefined && {
        resource: simulatedPolicy("ResourcePolicy", input.ResourcePolicy, "resource"),
      }),
    }),
  );
  const values = simulatedValues(input.ContextEntries, caller);
  const resources = [...new Set(input.ResourceArns ?? ["*"])];
  const { after, fetch } = pageStart(input);
  const perPage = Math.min(input.MaxItems ?? fetch - 1, Math.max(1, Math.floor(pairsMax / resources.length)));
  const places = (input.ActionNames ?? []).map((action, place) => ({ action, place: place + 1 }));
  const rest = places.filter(({ place }) => after === "" || place > Number(after));
  const { items, page } = pageOf(rest.slice(0, perPage + 1), { ...input, MaxItems: perPage }, ({ place }) =>
    String(place),
  );
  return {
    EvaluationResults: items.map(({ action }) => {
      const results = resources.map((resource) => {
        const owner = simulation.resource && ownerOf(resource, input.ResourceOwner, caller);
        const access = { action, resource, ...(owner !== undefined && { resourceAccountId: owner }) };
        const crossAccount = owner !== undefined && "accountId" in caller && owner !== caller.accountId;
        return { resource, crossAccount, result: simulate(caller, access, values, simulation) };
      });
      return resultOf(action, results, simulation);
    }),
    ...page,
  };
}

interface OfResource {
  readonly resource: string;
  readonly crossAccount: boolean;
  readonly result: SimulatedResult;
}

const severity: readonly SimulatedDecision[] = ["allowed", "implicitDeny", "explicitDeny"];

function strictest(decisions: readonly SimulatedDecision[]): SimulatedDecision {
  return severity[Math.max(...decisions.map((decision) => severity.indexOf(decision)))] ?? "implicitDeny";
}

/** What holds for an action: of several resources the strictest, and what is said of any. */
function resultOf(action: string, results: readonly OfResource[], simulation: Simulation): Iam.EvaluationResult {
  const decision = strictest(results.map(({ result }) => result.decision));
  const deciding = results.filter(({ result }) => result.decision === decision);
  const [only] = results;
  const everywhere = results.length === 1 && only!.resource === "*";
  const organization = results.every(({ result }) => result.allowedByOrganization ?? true);
  return {
    EvalActionName: action,
    EvalResourceName: results.length === 1 ? only!.resource : "*",
    EvalDecision: decision,
    MatchedStatements: matchedOf(deciding, simulation),
    MissingContextValues: [...new Set(results.flatMap(({ result }) => result.missing))],
    ...(simulation.organization && { OrganizationsDecisionDetail: { AllowedByOrganizations: organization } }),
    ...boundaryDetail(results),
    ...(!everywhere && {
      EvalDecisionDetails: detailsOf(results),
      ResourceSpecificResults: results.map((one) => ({
        EvalResourceName: one.resource,
        EvalResourceDecision: one.result.decision,
        MatchedStatements: matchedOf([one], simulation),
        MissingContextValues: [...one.result.missing],
        ...(one.crossAccount && { EvalDecisionDetails: detailsOf([one]) }),
        ...boundaryDetail([one]),
      })),
    }),
  };
}

function boundaryDetail(results: readonly OfResource[]) {
  if (results.some(({ result }) => result.allowedByBoundary === undefined)) return {};
  const allowed = results.every(({ result }) => result.allowedByBoundary);
  return { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: allowed } };
}

/** Only across accounts it is said what each side says. */
function detailsOf(results: readonly OfResource[]): Record<string, SimulatedDecision> {
  const across = results.filter(({ crossAccount }) => crossAccount).map(({ result }) => result);
  if (across.length === 0) return {};
  return {
    "IAM Policy": strictest(across.map(({ identityDecision }) => identityDecision)),
    "Resource Policy": strictest(across.map(({ resourceDecision }) => resourceDecision)),
  };
}

function matchedOf(results: readonly OfResource[], simulation: Simulation): Iam.Statement[] {
  const matched = new Map<string, Iam.Statement>();
  for (const { result } of results)
    for (const { policy, start, end } of result.matched) {
      const key = `${policyPlace(policy, simulation)} ${start.Line} ${start.Column}`;
      // The wire says "IAM Policy" where the model has other words.
      const type = (policy === simulation.resource ? "Resource Policy" : "IAM Policy") as Iam.PolicySourceType;
      matched.set(key, {
        SourcePolicyId: policy.id,
        SourcePolicyType: type,
        StartPosition: start,
        EndPosition: end,
      });
    }
  return [...matched.values()];
}

function policyPlace(policy: SimulatedPolicy, { identity }: Simulation): number {
  return identity.indexOf(policy);
}

/** As AWS names the policies of a principal: `user_ana_find`, or the name of a managed policy. */
function sourceIdOf({ name, owner }: EntityPolicy): string {
  return owner ? `${owner.kind}_${owner.name}_${name}` : name;
}
