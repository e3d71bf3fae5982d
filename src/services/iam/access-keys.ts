import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../audit/event.js";
import { newAccessKeyId, newSecretAccessKey } from "../../identity/identity-ids.js";
import { accessKeyContext } from "../../identity/sealed-columns.js";
import { operation } from "../operation.js";
import { change, entityAccess, requireEntity, userNameOrOwn } from "./entities.js";
import { entityOperation } from "./entity-operation.js";
import { IamConstraints } from "./iam-constraints.js";
import type { IamDeps } from "./iam-deps.js";
import { limitExceeded, noSuchEntity } from "./iam-errors.js";
import { pageOf, pageStart } from "./listing.js";

const accessKeysPerUserMax = 2;

export const createAccessKey = (deps: IamDeps) =>
  entityOperation<Iam.CreateAccessKeyRequest, Iam.CreateAccessKeyResponse>(deps, "user", {
    name: "CreateAccessKey",
    readOnly: false,
    entity: userNameOrOwn,
    execute: (input, call) => {
      const name = userNameOrOwn(input, call);
      new IamConstraints().entityNameText("user", name).end();
      const { ids } = deps.environment;
      const accessKeyId = newAccessKeyId(ids, "AKIA");
      const secretAccessKey = newSecretAccessKey(ids);
      const sealed = deps.vault.seal(Buffer.from(secretAccessKey), accessKeyContext(accessKeyId));
      return change(call, async (tx) => {
        const user = await requireEntity(tx, call.accountId, "user", name);
        const keys = await tx
          .selectFrom("iam_access_keys")
          .select("access_key_id")
          .where("owner_id", "=", user.entity_id)
          .execute();
        if (keys.length >= accessKeysPerUserMax)
          throw limitExceeded(`Cannot exceed quota for AccessKeysPerUser: ${accessKeysPerUserMax}`);
        const created = {
          access_key_id: accessKeyId,
          account_id: call.accountId,
          owner_id: user.entity_id,
          status: "Active" as const,
          sealed_secret: sealed,
          created_ms: call.nowMs,
        };
        await tx.insertInto("iam_access_keys").values(created).execute();
        return {
          AccessKey: {
            UserName: user.name,
            AccessKeyId: accessKeyId,
            Status: "Active" as const,
            SecretAccessKey: secretAccessKey,
            CreateDate: new Date(call.nowMs),
          },
        };
      });
    },
    recordedResponse: ({ AccessKey }) => ({
      accessKey: {
        accessKeyId: AccessKey?.AccessKeyId,
        status: AccessKey?.Status,
        userName: AccessKey?.UserName,
        createDate: AccessKey?.CreateDate && `${AccessKey.CreateDate.toISOString().slice(0, 19)}Z`,
      },
    }),
  });

export const listAccessKeys = (deps: IamDeps) =>
  operation<Iam.ListAccessKeysRequest, Iam.ListAccessKeysResponse>({
    name: "ListAccessKeys",
    readOnly: true,
    event: management,
    access: async (input, call) => {
      if (input.UserName === undefined && call.caller.kind === "root")
        return [{ action: "iam:ListAccessKeys", resource: call.caller.arn }];
      return entityAccess(deps, call, "user", userNameOrOwn(input, call), "ListAccessKeys");
    },
    execute: async (input, call) => {
      new IamConstraints().listing(input).end();
      const { read } = deps.settings;
      const ofRoot = input.UserName === undefined && call.caller.kind === "root";
      const user = ofRoot ? undefined : await requireEntity(read, call.accountId, "user", userNameOrOwn(input, call));
      const { after, fetch } = pageStart(input);
      const rows = await read
        .selectFrom("iam_access_keys")
        .select(["access_key_id", "status", "created_ms"])
        .where("owner_id", "=", user?.entity_id ?? call.accountId)
        .where("access_key_id", ">", after)
        .orderBy("access_key_id")
        .limit(fetch)
        .execute();
      const { items, page } = pageOf(rows, input, (row) => row.access_key_id);
      const keys = items.map((row) => ({
        ...(user && { UserName: user.name }),
        AccessKeyId: row.access_key_id,
        Status: row.status,
        CreateDate: new Date(row.created_ms),
      }));
      return { AccessKeyMetadata: keys, ...page };
    },
  });

export const updateAccessKey = (deps: IamDeps) =>
  entityOperation<Iam.UpdateAccessKeyRequest, object>(deps, "user", {
    name: "UpdateAccessKey",
    readOnly: false,
    entity: userNameOrOwn,
    execute: (input, call) => {
      const name = userNameOrOwn(input, call);
      new IamConstraints()
        .entityNameText("user", name)
        .oneOf("status", input.Status, ["Active", "Inactive"])
        .check("ValidationError");
      return change(call, async (tx) => {
        const user = await requireEntity(tx, call.accountId, "user", name);
        const { numUpdatedRows } = await tx
          .updateTable("iam_access_keys")
          .set({ status: input.Status as "Active" | "Inactive" })
          .where("access_key_id", "=", input.AccessKeyId!)
          .where("owner_id", "=", user.entity_id)
          .executeTakeFirst();
        if (Number(numUpdatedRows) === 0) throw noSuchKey(input.AccessKeyId!);
        return {};
      });
    },
    resources: (input) => keyResources(input.AccessKeyId),
  });

export const deleteAccessKey = (deps: IamDeps) =>
  entityOperation<Iam.DeleteAccessKeyRequest, object>(deps, "user", {
    name: "DeleteAccessKey",
    readOnly: false,
    entity: userNameOrOwn,
    execute: (input, call) => {
      const name = userNameOrOwn(input, call);
      new IamConstraints().entityNameText("user", name).end();
      return change(call, async (tx) => {
        const user = await requireEntity(tx, call.accountId, "user", name);
        const { numDeletedRows } = await tx
          .deleteFrom("iam_access_keys")
          .where("access_key_id", "=", input.AccessKeyId!)
          .where("owner_id", "=", user.entity_id)
          .executeTakeFirst();
        if (Number(numDeletedRows) === 0) throw noSuchKey(input.AccessKeyId!);
        await tx.deleteFrom("iam_key_uses").where("access_key_id", "=", input.AccessKeyId!).execute();
        return {};
      });
    },
    resources: (input) => keyResources(input.AccessKeyId),
  });

function noSuchKey(accessKeyId: string) {
  return noSuchEntity(`The Access Key with id ${accessKeyId.slice(0, 128)} cannot be found.`);
}

function keyResources(accessKeyId: string | undefined) {
  return accessKeyId === undefined ? [] : [{ type: "AWS::IAM::AccessKey", name: accessKeyId }];
}
