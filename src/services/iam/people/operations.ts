import type { AnyOperation } from "../../operation.js";
import type { IamDeps } from "../iam-deps.js";
import { createAccountAlias, deleteAccountAlias, listAccountAliases } from "./account-aliases.js";
import { getAccountSummary } from "./account-summary.js";
import { getAccountAuthorizationDetails } from "./authorization-details.js";
import { changePassword } from "./change-password.js";
import { generateCredentialReport, getCredentialReport } from "./credential-report.js";
import { getAccessKeyLastUsed } from "./key-last-used.js";
import { createLoginProfile, deleteLoginProfile, getLoginProfile, updateLoginProfile } from "./login-profiles.js";
import { createVirtualMfaDevice, deleteVirtualMfaDevice, listVirtualMfaDevices } from "./mfa-devices.js";
import { deactivateMfaDevice, enableMfaDevice, getMfaDevice, listMfaDevices, resyncMfaDevice } from "./mfa-of-users.js";
import {
  deleteAccountPasswordPolicy,
  getAccountPasswordPolicy,
  updateAccountPasswordPolicy,
} from "./password-policy.js";

/** How people prove who they are, and what the account knows of their passwords, devices and keys. */
export function peopleOperations(deps: IamDeps): AnyOperation[] {
  const all = [
    ...[createLoginProfile, getLoginProfile, updateLoginProfile, deleteLoginProfile, changePassword],
    ...[updateAccountPasswordPolicy, getAccountPasswordPolicy, deleteAccountPasswordPolicy],
    ...[createVirtualMfaDevice, deleteVirtualMfaDevice, listVirtualMfaDevices],
    ...[enableMfaDevice, resyncMfaDevice, deactivateMfaDevice, listMfaDevices, getMfaDevice],
    ...[getAccessKeyLastUsed, generateCredentialReport, getCredentialReport],
    ...[getAccountSummary, getAccountAuthorizationDetails],
    ...[createAccountAlias, deleteAccountAlias, listAccountAliases],
  ];
  return all.map((make) => make(deps));
}
