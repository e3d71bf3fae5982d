import {
  DeleteRoleCommand,
  IAMClient,
  ListInstanceProfilesForRoleCommand,
  RemoveRoleFromInstanceProfileCommand,
} from "@aws-sdk/client-iam";
import { clientOf } from "../../api/clients.js";
import { removeAllPolicies } from "../../parts/policy/entity-policies.js";

/** Deletes a role with all that IAM wants to be gone first. */
export async function deleteRole(RoleName: string): Promise<void> {
  const iam = clientOf(IAMClient);
  const { InstanceProfiles = [] } = await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName }));
  for (const { InstanceProfileName } of InstanceProfiles)
    await iam.send(new RemoveRoleFromInstanceProfileCommand({ RoleName, InstanceProfileName }));
  await removeAllPolicies({ kind: "role", name: RoleName });
  await iam.send(new DeleteRoleCommand({ RoleName }));
}
