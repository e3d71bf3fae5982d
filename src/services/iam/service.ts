import * as sdk from "@aws-sdk/client-iam";
import type { Service } from "../operation.js";
import { absentCredentials } from "./absent-credentials.js";
import { createAccessKey, deleteAccessKey, listAccessKeys, updateAccessKey } from "./access-keys.js";
import { createAccount, listAccounts, replaceAccountKey } from "./accounts.js";
import { attachPolicy, detachPolicy, listAttachedPolicies } from "./attached-policies.js";
import {
  addUserToGroup,
  createGroup,
  deleteGroup,
  getGroup,
  listGroups,
  listGroupsForUser,
  removeUserFromGroup,
} from "./groups.js";
import type { IamDeps } from "./iam-deps.js";
import { deleteInlinePolicy, getInlinePolicy, listInlinePolicies, putInlinePolicy } from "./inline-policies.js";
import {
  addRoleToInstanceProfile,
  createInstanceProfile,
  deleteInstanceProfile,
  getInstanceProfile,
  listInstanceProfiles,
  listInstanceProfilesForRole,
  removeRoleFromInstanceProfile,
} from "./instance-profiles.js";
import { listPoliciesGrantingServiceAccess } from "./last-accessed/granting-policies.js";
import {
  getServiceLastAccessedDetails,
  getServiceLastAccessedDetailsWithEntities,
} from "./last-accessed/read-reports.js";
import { generateServiceLastAccessedDetails } from "./last-accessed/report-jobs.js";
import { generateLeastPrivilegePolicy } from "./least-privilege/generate-policy.js";
import { replayPolicy } from "./least-privilege/replay-policy.js";
import { getUnusedAccess } from "./least-privilege/unused-access.js";
import { listEntitiesForPolicy, listPolicies } from "./list-policies.js";
import { createPolicy, deletePolicy, getPolicy } from "./managed-policies.js";
import { iamNotOffered } from "./not-offered.js";
import {
  addClientId,
  createOpenIdProvider,
  deleteOpenIdProvider,
  getOpenIdProvider,
  listOpenIdProviders,
  removeClientId,
  updateThumbprints,
} from "./openid-providers.js";
import { peopleOperations } from "./people/operations.js";
import { deletePermissionsBoundary, putPermissionsBoundary } from "./permissions-boundaries.js";
import {
  createPolicyVersion,
  deletePolicyVersion,
  getPolicyVersion,
  listPolicyVersions,
  setDefaultPolicyVersion,
} from "./policy-versions.js";
import { renameEntity } from "./rename-entity.js";
import {
  createRole,
  deleteRole,
  getRole,
  listRoles,
  updateAssumeRolePolicy,
  updateRole,
  updateRoleDescription,
} from "./roles.js";
import { getContextKeysForCustomPolicy, getContextKeysForPrincipalPolicy } from "./simulation/context-keys.js";
import { listActions } from "./simulation/list-actions.js";
import { simulateCustomPolicy, simulatePrincipalPolicy } from "./simulation/simulate.js";
import { listTags, tag, untag } from "./tags.js";
import { createUser, deleteUser, getUser, listUsers } from "./users.js";

/** AWS Identity and Access Management: who there is, and what each may do. Global: what is stored has no region. */
export function iamService(deps: IamDeps): Service {
  const single = [
    ...[createUser, getUser, listUsers, deleteUser],
    ...[createAccessKey, listAccessKeys, updateAccessKey, deleteAccessKey],
    ...[createRole, getRole, listRoles, updateRole, updateRoleDescription, updateAssumeRolePolicy, deleteRole],
    ...[createGroup, getGroup, listGroups, deleteGroup, addUserToGroup, removeUserFromGroup, listGroupsForUser],
    ...[createPolicy, getPolicy, listPolicies, listEntitiesForPolicy, deletePolicy],
    ...[generateServiceLastAccessedDetails, getServiceLastAccessedDetails, getServiceLastAccessedDetailsWithEntities],
    listPoliciesGrantingServiceAccess,
    ...[simulateCustomPolicy, simulatePrincipalPolicy],
    ...[getContextKeysForCustomPolicy, getContextKeysForPrincipalPolicy],
    ...[createPolicyVersion, getPolicyVersion, listPolicyVersions, setDefaultPolicyVersion, deletePolicyVersion],
    ...[createOpenIdProvider, getOpenIdProvider, listOpenIdProviders, deleteOpenIdProvider],
    ...[addClientId, removeClientId, updateThumbprints],
    ...[createInstanceProfile, getInstanceProfile, listInstanceProfiles, listInstanceProfilesForRole],
    ...[deleteInstanceProfile, addRoleToInstanceProfile, removeRoleFromInstanceProfile],
  ];
  const ofEntities = [
    ...[attachPolicy, detachPolicy, listAttachedPolicies],
    ...[putInlinePolicy, getInlinePolicy, listInlinePolicies, deleteInlinePolicy],
  ];
  const ofBounded = [putPermissionsBoundary, deletePermissionsBoundary];
  const ofTagged = [tag, untag, listTags];
  return {
    signingName: "iam",
    eventSource: "iam.amazonaws.com",
    apiVersion: "2010-05-08",
    protocol: "query",
    xmlNamespace: "https://iam.amazonaws.com/doc/2010-05-08/",
    sdk,
    operations: [
      ...single.map((make) => make(deps)),
      ...ofEntities.flatMap((make) => (["user", "group", "role"] as const).map((kind) => make(deps, kind))),
      renameEntity(deps, "user"),
      renameEntity(deps, "group"),
      ...peopleOperations(deps),
      ...absentCredentials(deps),
      ...ofBounded.flatMap((make) => (["user", "role"] as const).map((kind) => make(deps, kind))),
      ...ofTagged.flatMap((make) =>
        (["User", "Role", "Policy", "MFADevice", "OpenIDConnectProvider", "InstanceProfile"] as const).map((kind) =>
          make(deps, kind),
        ),
      ),
    ],
    notOffered: iamNotOffered,
    actions: (offered) => [...offered, "PassRole"],
    foreignRoutes: [
      ...[generateLeastPrivilegePolicy, replayPolicy, getUnusedAccess, listActions],
      ...[createAccount, listAccounts, replaceAccountKey],
    ].map((make) => make(deps)),
    throttled: { code: "Throttling", httpStatus: 400 },
  };
}
