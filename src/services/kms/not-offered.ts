/** Operations of the API that are refused, with the reason told to the caller. */
export const notOffered: Readonly<Record<string, string>> = {
  ...because("Custom key stores need hardware that Dosimeter does not manage.", [
    "ConnectCustomKeyStore",
    "CreateCustomKeyStore",
    "DeleteCustomKeyStore",
    "DescribeCustomKeyStores",
    "DisconnectCustomKeyStore",
    "UpdateCustomKeyStore",
  ]),
  ...because("Only symmetric encryption keys are offered.", [
    "Decapsulate",
    "DeriveSharedSecret",
    "Encapsulate",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateMac",
    "GetPublicKey",
    "Sign",
    "Verify",
    "VerifyMac",
  ]),
  ...because("Imported key material is not offered.", [
    "DeleteImportedKeyMaterial",
    "GetParametersForImport",
    "ImportKeyMaterial",
  ]),
  ...because("Multi-Region keys are not offered.", ["ReplicateKey", "UpdatePrimaryRegion"]),
  GetKeyLastUsage: "The last use of a key is not kept apart; its calls are in the record of calls.",
};

function because(reason: string, operations: readonly string[]): Record<string, string> {
  return Object.fromEntries(operations.map((operation) => [operation, reason]));
}
