/** Operations of the API that are refused, with the reason told to the caller. */
export const notOffered: Readonly<Record<string, string>> = {
  ...because("Mobile push applications are not offered; subscribe an HTTP endpoint or an e-mail address.", [
    "CreatePlatformApplication",
    "CreatePlatformEndpoint",
    "DeleteEndpoint",
    "DeletePlatformApplication",
    "GetEndpointAttributes",
    "GetPlatformApplicationAttributes",
    "ListEndpointsByPlatformApplication",
    "ListPlatformApplications",
    "SetEndpointAttributes",
    "SetPlatformApplicationAttributes",
  ]),
  ...because("Text messages are not offered; subscribe an HTTP endpoint or an e-mail address.", [
    "CheckIfPhoneNumberIsOptedOut",
    "CreateSMSSandboxPhoneNumber",
    "DeleteSMSSandboxPhoneNumber",
    "GetSMSAttributes",
    "GetSMSSandboxAccountStatus",
    "ListOriginationNumbers",
    "ListPhoneNumbersOptedOut",
    "ListSMSSandboxPhoneNumbers",
    "OptInPhoneNumber",
    "SetSMSAttributes",
    "VerifySMSSandboxPhoneNumber",
  ]),
  ...because("Set the topic's whole policy with SetTopicAttributes.", ["AddPermission", "RemovePermission"]),
  ...because("Data protection policies are not offered.", ["GetDataProtectionPolicy", "PutDataProtectionPolicy"]),
  PublishBatch: "Batches are not offered; publish messages one by one.",
};

function because(reason: string, operations: readonly string[]): Record<string, string> {
  return Object.fromEntries(operations.map((operation) => [operation, reason]));
}
