import type {
  DeregisterOrganizationDelegatedAdminCommandInput,
  RegisterOrganizationDelegatedAdminCommandInput,
} from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { Constraints } from "../../constraints.js";
import { type AnyOperation, operation } from "../../operation.js";
import { organizationsNotInUse } from "../errors.js";

/**
 * There are no organizations here, so no account is the management account of one: whoever may ask is answered as an
 * account outside an organization is.
 */
export const organizationOperations = (): readonly AnyOperation[] => [
  operation<RegisterOrganizationDelegatedAdminCommandInput, never>({
    name: "RegisterOrganizationDelegatedAdmin",
    readOnly: false,
    event: management,
    access: () => [{ action: "cloudtrail:RegisterOrganizationDelegatedAdmin", resource: "*" }],
    execute: async (input) => refuse("memberAccountId", input.MemberAccountId),
  }),
  operation<DeregisterOrganizationDelegatedAdminCommandInput, never>({
    name: "DeregisterOrganizationDelegatedAdmin",
    readOnly: false,
    event: management,
    access: () => [{ action: "cloudtrail:DeregisterOrganizationDelegatedAdmin", resource: "*" }],
    execute: async (input) => refuse("delegatedAdminAccountId", input.DelegatedAdminAccountId),
  }),
];

/** @throws ValidationException, OrganizationsNotInUse */
function refuse(path: string, accountId: string | undefined): never {
  new Constraints().length(path, accountId, { min: 12, max: 16 }).pattern(path, accountId, /^\d+$/).check();
  throw organizationsNotInUse();
}
