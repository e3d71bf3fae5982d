import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../../audit/event.js";
import { operation } from "../../operation.js";
import { change } from "../entities.js";
import { IamConstraints } from "../iam-constraints.js";
import type { IamDeps } from "../iam-deps.js";
import { entityAlreadyExists, noSuchEntity } from "../iam-errors.js";

class AliasConstraints extends IamConstraints {
  alias(alias: string | undefined): this {
    this.length("accountAlias", alias, { min: 3, max: 63 });
    return this.pattern("accountAlias", alias, /^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$/);
  }
}

/** An account has one alias: a new one takes the place of the one before. */
export const createAccountAlias = (_deps: IamDeps) =>
  operation<Iam.CreateAccountAliasRequest, object>({
    name: "CreateAccountAlias",
    readOnly: false,
    event: management,
    access: () => [{ action: "iam:CreateAccountAlias", resource: "*" }],
    execute: (input, call) => {
      new AliasConstraints().alias(input.AccountAlias).end();
      const alias = input.AccountAlias!;
      return change(call, async (tx) => {
        const taken = await tx
          .selectFrom("iam_account_aliases")
          .select("account_id")
          .where("alias", "=", alias)
          .executeTakeFirst();
        if (taken) throw entityAlreadyExists(`The account alias ${alias} already exists.`);
        await tx
          .insertInto("iam_account_aliases")
          .values({ account_id: call.accountId, alias })
          .onConflict((conflict) => conflict.column("account_id").doUpdateSet({ alias }))
          .execute();
        return {};
      });
    },
  });

export const deleteAccountAlias = (_deps: IamDeps) =>
  operation<Iam.DeleteAccountAliasRequest, object>({
    name: "DeleteAccountAlias",
    readOnly: false,
    event: management,
    access: () => [{ action: "iam:DeleteAccountAlias", resource: "*" }],
    execute: (input, call) => {
      new AliasConstraints().alias(input.AccountAlias).end();
      return change(call, async (tx) => {
        const { numDeletedRows } = await tx
          .deleteFrom("iam_account_aliases")
          .where("account_id", "=", call.accountId)
          .where("alias", "=", input.AccountAlias!)
          .executeTakeFirst();
        if (Number(numDeletedRows) === 0) throw noSuchEntity(`The account alias ${input.AccountAlias} does not exist.`);
        return {};
      });
    },
  });

export const listAccountAliases = (deps: IamDeps) =>
  operation<Iam.ListAccountAliasesRequest, Iam.ListAccountAliasesResponse>({
    name: "ListAccountAliases",
    readOnly: true,
    event: management,
    access: () => [{ action: "iam:ListAccountAliases", resource: "*" }],
    execute: async (input, call) => {
      new IamConstraints().listing(input).end();
      const rows = await deps.settings.read
        .selectFrom("iam_account_aliases")
        .select("alias")
        .where("account_id", "=", call.accountId)
        .execute();
      return { AccountAliases: rows.map((row) => row.alias), IsTruncated: false };
    },
  });
