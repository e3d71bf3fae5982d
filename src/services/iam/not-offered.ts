const oneToken = "Session tokens have one form here, valid in every region.";
const noFederation = "SAML is not offered: use an OpenID Connect provider.";
const noCertificates = "There are no certificates and SSH keys of users here.";
const noLinkedRoles = "Services act in their own name here: there are no service-linked roles.";
const noOrganization = "Accounts stand for themselves here: there is no organization.";
const noDelegation = "There are no delegation requests here.";
const noAccountSettings = "The account has no settings of this kind here.";
const noServiceCredentials = "Every API here takes access keys: there are no credentials of single services.";

function because(reason: string, names: string): [string, string][] {
  return names
    .trim()
    .split(/\s+/)
    .map((name) => [name, reason]);
}

/** Every operation of IAM that is not here, with the reason its caller is told. */
export const iamNotOffered: Readonly<Record<string, string>> = Object.fromEntries([
  ...because(
    noFederation,
    `CreateSAMLProvider DeleteSAMLProvider GetSAMLProvider ListSAMLProviderTags ListSAMLProviders TagSAMLProvider
     UntagSAMLProvider UpdateSAMLProvider`,
  ),
  ...because(
    "Roles of this installation cannot be used elsewhere: no tokens are issued.",
    `DisableOutboundWebIdentityFederation EnableOutboundWebIdentityFederation GetOutboundWebIdentityFederationInfo`,
  ),
  ...because(
    noCertificates,
    `DeleteSSHPublicKey DeleteServerCertificate DeleteSigningCertificate GetSSHPublicKey GetServerCertificate
     ListServerCertificateTags ListServerCertificates TagServerCertificate UntagServerCertificate UpdateSSHPublicKey
     UpdateServerCertificate UpdateSigningCertificate UploadSSHPublicKey UploadServerCertificate
     UploadSigningCertificate`,
  ),
  ...because(
    noLinkedRoles,
    `AcquireRole CreateServiceLinkedRole DeleteServiceLinkedRole GetRoleTemplateVersion
     GetServiceLinkedRoleDeletionStatus`,
  ),
  ...because(
    noOrganization,
    `DisableOrganizationsRootCredentialsManagement DisableOrganizationsRootSessions
     EnableOrganizationsRootCredentialsManagement EnableOrganizationsRootSessions GenerateOrganizationsAccessReport
     GetOrganizationsAccessReport ListOrganizationsFeatures`,
  ),
  ...because(
    noDelegation,
    `AcceptDelegationRequest AssociateDelegationRequest CreateDelegationRequest GetDelegationRequest
     GetHumanReadableSummary ListDelegationRequests RejectDelegationRequest SendDelegationToken
     UpdateDelegationRequest`,
  ),
  ...because(noAccountSettings, `GetAccountProperties PutAccountProperties`),
  ...because(oneToken, "SetSecurityTokenServicePreferences"),
  ...because(
    noServiceCredentials,
    `CreateServiceSpecificCredential DeleteServiceSpecificCredential ResetServiceSpecificCredential
     UpdateServiceSpecificCredential`,
  ),
]);
