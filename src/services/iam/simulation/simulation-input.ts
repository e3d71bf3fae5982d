import type * as Iam from "@aws-sdk/client-iam";
import type { Caller } from "../../../identity/caller.js";
import type { ConditionValues } from "../../../identity/policy/condition-values.js";
import { MalformedPolicy } from "../../../identity/policy/malformed-policy.js";
import { IamConstraints } from "../iam-constraints.js";
import { invalidInput } from "../iam-errors.js";

/** Members that both simulations have. */
export type SimulationInput = Omit<Iam.SimulateCustomPolicyRequest, "PolicyInputList"> & {
  readonly PolicyInputList?: string[] | undefined;
};

const actionsMax = 1000;
const resourcesMax = 1000;
const policiesMax = 100;
const levelsMax = 10;

/** @throws ServiceError ValidationError, InvalidInput */
export function checkSimulation(input: SimulationInput): void {
  const { ActionNames, ResourceArns, ContextEntries, MaxItems } = input;
  const constraints = new IamConstraints()
    .required("actionNames", ActionNames)
    .length("actionNames", ActionNames, { max: actionsMax })
    .length("resourceArns", ResourceArns, { max: resourcesMax })
    .length("contextEntries", ContextEntries, { max: resourcesMax })
    .range("maxItems", MaxItems, { min: 1, max: 1000 });
  ActionNames?.forEach((name, i) => {
    constraints.length(`actionNames.${i + 1}.member`, name, { min: 3, max: 128 });
  });
  ResourceArns?.forEach((name, i) => {
    constraints.length(`resourceArns.${i + 1}.member`, name, { min: 1, max: 2048 });
  });
  constraints.check("ValidationError");
  for (const action of ActionNames ?? [])
    if (!/^[A-Za-z0-9-]+:[A-Za-z0-9]+$/.test(action)) throw invalidInput(`Invalid action name: ${action}.`);
  for (const arn of ResourceArns ?? [])
    if (arn !== "*" && !/^arn:[^:]+:/.test(arn)) throw invalidInput(`Invalid resource ARN: ${arn.slice(0, 256)}.`);
  if ((input.PermissionsBoundaryPolicyInputList?.length ?? 0) > 1)
    throw invalidInput("Only one permissions boundary can be simulated.");
  if (input.ResourceHandlingOption !== undefined)
    throw invalidInput("ResourceHandlingOption is for Amazon EC2, which is not here.");
  if ((input.OrderedOrganizationPolicyInputList?.length ?? 0) > levelsMax)
    throw invalidInput(`OrderedOrganizationPolicyInputList can have ${levelsMax} levels.`);
}

/** @throws ServiceError ValidationError */
export function checkPolicyList(documents: readonly string[] | undefined): void {
  const constraints = new IamConstraints().length("policyInputList", documents, { max: policiesMax });
  documents?.forEach((document, i) => {
    constraints.document(document, `policyInputList.${i + 1}.member`);
  });
  constraints.check("ValidationError");
}

/** Runs what reads policies, their complaint in the simulation's name. */
export function withInputErrors<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (problem) {
    throw problem instanceof MalformedPolicy ? invalidInput(problem.message) : problem;
  }
}

const callerPattern = /^arn:aws:iam::(\d{12}):(user|group|role)\/(?:[!-~]*\/)?([\w+=,.@-]{1,128})$/;

/** The caller that is simulated; without an ARN one of the account of whom no policy of a resource knows. */
export function simulatedCaller(arn: string | undefined, accountId: string): Caller {
  if (arn === undefined) return { kind: "user", accountId, accessKeyId: "", arn: "", userId: "", userName: "" };
  const [, account, kind, name] = callerPattern.exec(arn) ?? [];
  if (account === undefined || name === undefined)
    throw invalidInput("CallerArn must be the ARN of a user, group or role.");
  if (kind !== "role") return { kind: "user", accountId: account, accessKeyId: "", arn, userId: "", userName: name };
  const role = { roleArn: arn, roleId: "", roleName: name, sessionName: "" };
  return { ...role, kind: "role-session", accountId: account, accessKeyId: "", arn };
}

/** What is given, and what follows from the caller's ARN. */
export function simulatedValues(entries: readonly Iam.ContextEntry[] | undefined, caller: Caller): ConditionValues {
  const values = new Map<string, readonly string[]>();
  const follow = (key: string, value: string) => values.set(key, [value]);
  if ((caller.kind === "user" || caller.kind === "role-session") && caller.arn !== "") {
    follow("aws:principalarn", caller.arn);
    follow("aws:principalaccount", caller.accountId);
    follow("aws:principaltype", caller.kind === "user" ? "User" : "AssumedRole");
    if (caller.kind === "user") follow("aws:username", caller.userName);
  }
  for (const { ContextKeyName, ContextKeyValues, ContextKeyType } of entries ?? []) {
    if (ContextKeyName === undefined || !/^[A-Za-z0-9-]+:\S+$/.test(ContextKeyName) || ContextKeyValues === undefined)
      throw invalidInput("A context entry needs ContextKeyName, with the prefix of its service, and ContextKeyValues.");
    if (ContextKeyType !== undefined && !ContextKeyType.endsWith("List") && ContextKeyValues.length > 1)
      throw invalidInput(`The context key ${ContextKeyName} has the type ${ContextKeyType} and more than one value.`);
    values.set(ContextKeyName.toLowerCase(), ContextKeyValues);
  }
  return { get: (key) => values.get(key) };
}

/** The account that owns a resource: as its ARN says, or else as is given. */
export function ownerOf(resource: string, given: string | undefined, caller: Caller): string | undefined {
  const named = resource.split(":")[4];
  if (named !== undefined && /^\d{12}$/.test(named)) return named;
  if (given === undefined) return "accountId" in caller ? caller.accountId : undefined;
  const account = /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/.exec(given)?.[1];
  if (account === undefined) throw invalidInput("ResourceOwner must be the ARN of an account.");
  return account;
}
