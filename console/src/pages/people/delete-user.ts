import {
  DeactivateMFADeviceCommand,
  DeleteAccessKeyCommand,
  DeleteLoginProfileCommand,
  DeleteUserCommand,
  DeleteVirtualMFADeviceCommand,
  IAMClient,
  ListAccessKeysCommand,
  RemoveUserFromGroupCommand,
} from "@aws-sdk/client-iam";
import { clientOf } from "../../api/clients.js";
import { removeAllPolicies } from "../../parts/policy/entity-policies.js";
import { devicesOf } from "./devices-panel.js";
import { groupsOf } from "./groups-of.js";

/** Deletes a user with all that IAM wants to be gone first: the keys at once, so that nothing goes on with them. */
export async function deleteUser(UserName: string): Promise<void> {
  const iam = clientOf(IAMClient);
  const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName }));
  for (const { AccessKeyId } of AccessKeyMetadata)
    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
  await iam.send(new DeleteLoginProfileCommand({ UserName })).catch((problem) => {
    if (!(problem as Error).name.startsWith("NoSuchEntity")) throw problem;
  });
  for (const { SerialNumber } of await devicesOf(UserName)) {
    await iam.send(new DeactivateMFADeviceCommand({ UserName, SerialNumber }));
    await iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber }));
  }
  for (const GroupName of await groupsOf(UserName))
    await iam.send(new RemoveUserFromGroupCommand({ UserName, GroupName }));
  await removeAllPolicies({ kind: "user", name: UserName });
  await iam.send(new DeleteUserCommand({ UserName }));
}
