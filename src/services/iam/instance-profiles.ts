import type * as Iam from "@aws-sdk/client-iam";
import type { Selectable } from "kysely";
import { management } from "../../audit/event.js";
import { newUniqueId } from "../../identity/identity-ids.js";
import type { FederationTables } from "../../storage/settings/tables/federation.js";
import type { SettingsQueries, SettingsTransaction } from "../../storage/settings-store.js";
import { type Call, operation } from "../operation.js";
import {
  change,
  entityArn,
  findEntity,
  requestTagConditions,
  requireEntity,
  resourceTagConditions,
  tagsOf,
} from "./entities.js";
import { checkTagKeys, IamConstraints } from "./iam-constraints.js";
import type { IamDeps } from "./iam-deps.js";
import { deleteConflict, entityAlreadyExists, limitExceeded, noSuchEntity } from "./iam-errors.js";
import { pageOf, pageStart } from "./listing.js";
import { roleOf } from "./roles.js";
import { writeTags } from "./tags.js";

export type ProfileRow = Selectable<FederationTables["iam_instance_profiles"]>;

export class ProfileConstraints extends IamConstraints {
  profileName(name: string | undefined): this {
    this.length("instanceProfileName", name, { min: 1, max: 128 });
    return this.pattern("instanceProfileName", name, /^[\w+=,.@-]+$/);
  }
}

function profileArn(accountId: string, path: string, name: string): string {
  return `arn:aws:iam::${accountId}:instance-profile${path}${name}`;
}

function findProfile(queries: SettingsQueries, call: Call, name: string): Promise<ProfileRow | undefined> {
  return queries
    .selectFrom("iam_instance_profiles")
    .selectAll()
    .where("account_id", "=", call.accountId)
    .where("name_lower", "=", name.toLowerCase())
    .executeTakeFirst();
}

/** @throws ServiceError NoSuchEntity */
export async function requireProfile(queries: SettingsQueries, call: Call, name: string): Promise<ProfileRow> {
  const profile = await findProfile(queries, call, name);
  if (!profile) throw noSuchEntity(`Instance Profile ${name} cannot be found.`);
  return profile;
}

export async function profileAccess(deps: IamDeps, call: Call, name: string, action: string, conditions: object = {}) {
  const profile = await findProfile(deps.settings.read, call, name);
  const tags = profile ? await tagsOf(deps.settings.read, profile.profile_id) : [];
  return [
    {
      action: `iam:${action}`,
      resource: profile?.arn ?? profileArn(call.accountId, "/", name),
      conditions: { ...conditions, ...resourceTagConditions(tags) },
    },
  ];
}

export function profileResources(name: string | undefined, call: Call) {
  const arn = profileArn(call.accountId, "/", name ?? "");
  return name === undefined ? [] : [{ type: "AWS::IAM::InstanceProfile", name, arn }];
}

export async function profileOf(queries: SettingsQueries, row: ProfileRow) {
  const role =
    row.role_id === null
      ? undefined
      : await queries.selectFrom("iam_entities").selectAll().where("entity_id", "=", row.role_id).executeTakeFirst();
  return {
    Path: row.path,
    InstanceProfileName: row.name,
    InstanceProfileId: row.profile_id,
    Arn: row.arn,
    CreateDate: new Date(row.created_ms),
    Roles: role ? [roleOf(role)] : [],
  };
}

/** A role in an instance profile cannot be deleted, as with AWS. */
export async function requireInNoProfile(tx: SettingsTransaction, roleId: string): Promise<void> {
  const profile = await tx
    .selectFrom("iam_instance_profiles")
    .select("name")
    .where("role_id", "=", roleId)
    .executeTakeFirst();
  if (profile) throw deleteConflict("Cannot delete entity, must remove roles from instance profile first.");
}

export const createInstanceProfile = (deps: IamDeps) =>
  operation<Iam.CreateInstanceProfileRequest, Iam.CreateInstanceProfileResponse>({
    name: "CreateInstanceProfile",
    readOnly: false,
    event: management,
    access: ({ InstanceProfileName, Path, Tags }, call) => {
      const access = {
        resource: profileArn(call.accountId, Path ?? "/", InstanceProfileName ?? ""),
        conditions: requestTagConditions(Tags),
      };
      const create = { action: "iam:CreateInstanceProfile", ...access };
      return Tags && Tags.length > 0 ? [create, { action: "iam:TagInstanceProfile", ...access }] : [create];
    },
    execute: (input, call) => {
      const { InstanceProfileName: name, Path: path = "/", Tags: tags = [] } = input;
      new ProfileConstraints().profileName(name).path(path).tags(tags).end();
      checkTagKeys(tags.map(({ Key }) => Key!));
      const row: ProfileRow = {
        profile_id: newUniqueId(deps.environment.ids, "AIPA"),
        account_id: call.accountId,
        name: name!,
        name_lower: name!.toLowerCase(),
        path,
        arn: profileArn(call.accountId, path, name!),
        created_ms: call.nowMs,
        role_id: null,
      };
      return change(call, async (tx) => {
        if (await findProfile(tx, call, name!)) throw entityAlreadyExists(`Instance Profile ${name} already exists.`);
        await tx.insertInto("iam_instance_profiles").values(row).execute();
        await writeTags(tx, row.profile_id, tags);
        return { InstanceProfile: { ...(await profileOf(tx, row)), ...(tags.length > 0 && { Tags: tags }) } };
      });
    },
    resources: (input, call) => profileResources(input.InstanceProfileName, call),
  });

export const getInstanceProfile = (deps: IamDeps) =>
  operation<Iam.GetInstanceProfileRequest, Iam.GetInstanceProfileResponse>({
    name: "GetInstanceProfile",
    readOnly: true,
    event: management,
    access: (input, call) => profileAccess(deps, call, input.InstanceProfileName ?? "", "GetInstanceProfile"),
    execute: async (input, call) => {
      new ProfileConstraints().profileName(input.InstanceProfileName).end();
      const { read } = deps.settings;
      const row = await requireProfile(read, call, input.InstanceProfileName!);
      return { InstanceProfile: { ...(await profileOf(read, row)), Tags: await tagsOf(read, row.profile_id) } };
    },
    resources: (input, call) => profileResources(input.InstanceProfileName, call),
  });

export const listInstanceProfiles = (deps: IamDeps) =>
  operation<Iam.ListInstanceProfilesRequest, Iam.ListInstanceProfilesResponse>({
    name: "ListInstanceProfiles",
    readOnly: true,
    event: management,
    access: (input, call) => [
      { action: "iam:ListInstanceProfiles", resource: profileArn(call.accountId, input.PathPrefix ?? "/", "") },
    ],
    execute: (input, call) => {
      new IamConstraints().listing(input).end();
      return listProfiles(deps, call, input);
    },
  });

export const listInstanceProfilesForRole = (deps: IamDeps) =>
  operation<Iam.ListInstanceProfilesForRoleRequest, Iam.ListInstanceProfilesForRoleResponse>({
    name: "ListInstanceProfilesForRole",
    readOnly: true,
    event: management,
    access: (_input, call) => [
      { action: "iam:ListInstanceProfilesForRole", resource: profileArn(call.accountId, "/", "*") },
    ],
    execute: async (input, call) => {
      new IamConstraints().entityName("role", input).listing(input).end();
      const role = await requireEntity(deps.settings.read, call.accountId, "role", input.RoleName!);
      return listProfiles(deps, call, input, role.entity_id);
    },
  });

async function listProfiles(
  deps: IamDeps,
  call: Call,
  input: Iam.ListInstanceProfilesRequest,
  roleId?: string,
): Promise<Iam.ListInstanceProfilesResponse> {
  const { read } = deps.settings;
  const { after, fetch } = pageStart(input);
  const prefix = input.PathPrefix ?? "/";
  let query = read
    .selectFrom("iam_instance_profiles")
    .selectAll()
    .where("account_id", "=", call.accountId)
    .where("name_lower", ">", after)
    .where((row) => row.fn("substr", ["path", row.val(1), row.val(prefix.length)]), "=", prefix);
  if (roleId !== undefined) query = query.where("role_id", "=", roleId);
  const rows = await query.orderBy("name_lower").limit(fetch).execute();
  const { items, page } = pageOf(rows, input, (row) => row.name_lower);
  return { InstanceProfiles: await Promise.all(items.map((row) => profileOf(read, row))), ...page };
}

export const deleteInstanceProfile = (deps: IamDeps) =>
  operation<Iam.DeleteInstanceProfileRequest, object>({
    name: "DeleteInstanceProfile",
    readOnly: false,
    event: management,
    access: (input, call) => profileAccess(deps, call, input.InstanceProfileName ?? "", "DeleteInstanceProfile"),
    execute: (input, call) => {
      new ProfileConstraints().profileName(input.InstanceProfileName).end();
      return change(call, async (tx) => {
        const row = await requireProfile(tx, call, input.InstanceProfileName!);
        if (row.role_id !== null)
          throw deleteConflict("Cannot delete entity, must remove roles from instance profile first.");
        await tx.deleteFrom("iam_instance_profiles").where("profile_id", "=", row.profile_id).execute();
        await tx.deleteFrom("iam_tags").where("entity_id", "=", row.profile_id).execute();
        return {};
      });
    },
    resources: (input, call) => profileResources(input.InstanceProfileName, call),
  });

export const addRoleToInstanceProfile = (deps: IamDeps) =>
  operation<Iam.AddRoleToInstanceProfileRequest, object>({
    name: "AddRoleToInstanceProfile",
    readOnly: false,
    event: management,
    // As AWS: whoever puts a role into a profile passes it to whatever uses the profile.
    access: async (input, call) => [
      ...(await profileAccess(deps, call, input.InstanceProfileName ?? "", "AddRoleToInstanceProfile")),
      {
        action: "iam:PassRole",
        resource: await roleArn(deps, call, input.RoleName ?? ""),
        conditions: { "iam:PassedToService": "ec2.amazonaws.com" },
      },
    ],
    execute: (input, call) => {
      new ProfileConstraints().profileName(input.InstanceProfileName).entityName("role", input).end();
      return change(call, async (tx) => {
        const row = await requireProfile(tx, call, input.InstanceProfileName!);
        const role = await requireEntity(tx, call.accountId, "role", input.RoleName!);
        if (row.role_id !== null) throw limitExceeded("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
        await setRole(tx, row, role.entity_id);
        return {};
      });
    },
    resources: (input, call) => profileResources(input.InstanceProfileName, call),
  });

export const removeRoleFromInstanceProfile = (deps: IamDeps) =>
  operation<Iam.RemoveRoleFromInstanceProfileRequest, object>({
    name: "RemoveRoleFromInstanceProfile",
    readOnly: false,
    event: management,
    access: (input, call) =>
      profileAccess(deps, call, input.InstanceProfileName ?? "", "RemoveRoleFromInstanceProfile"),
    execute: (input, call) => {
      new ProfileConstraints().profileName(input.InstanceProfileName).entityName("role", input).end();
      return change(call, async (tx) => {
        const row = await requireProfile(tx, call, input.InstanceProfileName!);
        const role = await requireEntity(tx, call.accountId, "role", input.RoleName!);
        if (row.role_id !== role.entity_id)
          throw noSuchEntity(`Role ${role.name} in instance profile ${row.name} cannot be found.`);
        await setRole(tx, row, null);
        return {};
      });
    },
    resources: (input, call) => profileResources(input.InstanceProfileName, call),
  });

async function setRole(tx: SettingsTransaction, { profile_id }: ProfileRow, roleId: string | null): Promise<void> {
  await tx.updateTable("iam_instance_profiles").set({ role_id: roleId }).where("profile_id", "=", profile_id).execute();
}

async function roleArn(deps: IamDeps, call: Call, name: string): Promise<string> {
  const role = await findEntity(deps.settings.read, call.accountId, "role", name);
  return role?.arn ?? entityArn(call.accountId, "role", "/", name);
}
