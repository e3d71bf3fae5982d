import type {
  DeleteResourcePolicyCommandInput,
  GetResourcePolicyCommandInput,
  GetResourcePolicyResponse,
  PutResourcePolicyCommandInput,
  PutResourcePolicyResponse,
} from "@aws-sdk/client-cloudtrail";
import { readResourcePolicy } from "../../../audit/attachments.js";
import { management } from "../../../audit/event.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import { Constraints } from "../../constraints.js";
import { type AnyOperation, type Call, operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { resourceAccess } from "../resource-access.js";
import { kindOf, namedResource, resourceKindWord } from "../resource-kinds.js";
import { checkPolicy, policyActions } from "./policy-rules.js";

/** Policies of event data stores, channels and dashboards; each has one at most. */
export const policyOperations = (deps: CloudTrailDeps): readonly AnyOperation[] => [
  putResourcePolicy(deps),
  getResourcePolicy(deps),
  deleteResourcePolicy(deps),
];

/** Creates the policy, or replaces it whole. */
const putResourcePolicy = (deps: CloudTrailDeps) =>
  operation<PutResourcePolicyCommandInput, PutResourcePolicyResponse>({
    name: "PutResourcePolicy",
    readOnly: false,
    event: management,
    access: (input) => resourceAccess(deps.settings.read, "PutResourcePolicy", input.ResourceArn as string),

    async execute(input, call) {
      const document = input.ResourcePolicy as string;
      const constraints = constraintsOf(input.ResourceArn);
      constraints.length("resourcePolicy", document, { min: 1, max: 8192 }).check();
      const { kind } = await requireHolder(deps.settings.read, input.ResourceArn as string, call);
      checkPolicy(document, input.ResourceArn as string, kind);
      return call.commit(async (tx) => {
        const { arn } = await requireHolder(tx, input.ResourceArn as string, call);
        await tx
          .insertInto("cloudtrail_policies")
          .values({ arn, document })
          .onConflict((conflict) => conflict.column("arn").doUpdateSet({ document }))
          .execute();
        return { ResourceArn: arn, ResourcePolicy: document };
      });
    },

    resources: (input) => namedResource(input.ResourceArn),
  });

const getResourcePolicy = (deps: CloudTrailDeps) =>
  operation<GetResourcePolicyCommandInput, GetResourcePolicyResponse>({
    name: "GetResourcePolicy",
    readOnly: true,
    event: management,
    access: (input) => resourceAccess(deps.settings.read, "GetResourcePolicy", input.ResourceArn as string),

    async execute(input, call) {
      constraintsOf(input.ResourceArn).check();
      const { arn } = await requireHolder(deps.settings.read, input.ResourceArn as string, call);
      const document = await readResourcePolicy(deps.settings.read, arn);
      if (document === undefined) throw policyNotFound(arn);
      return { ResourceArn: arn, ResourcePolicy: document };
    },

    resources: (input) => namedResource(input.ResourceArn),
  });

const deleteResourcePolicy = (deps: CloudTrailDeps) =>
  operation<DeleteResourcePolicyCommandInput, Record<string, never>>({
    name: "DeleteResourcePolicy",
    readOnly: false,
    event: management,
    access: (input) => resourceAccess(deps.settings.read, "DeleteResourcePolicy", input.ResourceArn as string),

    async execute(input, call) {
      constraintsOf(input.ResourceArn).check();
      await requireHolder(deps.settings.read, input.ResourceArn as string, call);
      return call.commit(async (tx) => {
        const { arn } = await requireHolder(tx, input.ResourceArn as string, call);
        const { numDeletedRows } = await tx.deleteFrom("cloudtrail_policies").where("arn", "=", arn).executeTakeFirst();
        if (numDeletedRows === 0n) throw policyNotFound(arn);
        return {};
      });
    },

    resources: (input) => namedResource(input.ResourceArn),
  });

function constraintsOf(arn: string | undefined): Constraints {
  return new Constraints()
    .length("resourceArn", arn, { min: 3, max: 256 })
    .pattern("resourceArn", arn, /^[a-zA-Z0-9._/\-:]+$/);
}

/** A resource that can have a policy. @throws ResourceARNNotValid, ResourceTypeNotSupported, ResourceNotFound */
async function requireHolder(
  queries: SettingsQueries | SettingsTransaction,
  arn: string,
  call: Call,
): Promise<{ readonly arn: string; readonly kind: keyof typeof policyActions }> {
  const word = resourceKindWord(arn);
  if (word === undefined) throw cloudTrailError("ResourceARNNotValid", `The ARN is not valid: ${arn.slice(0, 256)}`);
  if (!Object.hasOwn(policyActions, word))
    throw cloudTrailError("ResourceTypeNotSupported", `Resources of type ${word} have no policies.`);
  const found = await kindOf(arn).find(queries, arn, call);
  if (found === undefined) throw cloudTrailError("ResourceNotFound", `The resource was not found: ${arn}`);
  return { arn: found.arn, kind: word as keyof typeof policyActions };
}

function policyNotFound(arn: string) {
  return cloudTrailError("ResourcePolicyNotFound", `There is no policy attached to ${arn}`);
}
