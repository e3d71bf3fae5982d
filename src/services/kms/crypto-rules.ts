import type { EncryptionContext } from "../../identity/key-ciphertext.js";
import { Constraints } from "../constraints.js";
import { ServiceError } from "../service-error.js";
import { unsupported } from "./errors.js";

export const algorithm = "SYMMETRIC_DEFAULT" as const;
const algorithms = ["SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"];
/** AWS's limits. */
const plaintextBytesMax = 4096;
const ciphertextBytesMax = 6144;
const contextBytesMax = 8192;

export interface CryptoInput {
  readonly keyId?: { readonly path: string; readonly value: string | undefined };
  readonly plaintext?: Uint8Array;
  readonly ciphertext?: Uint8Array;
  readonly contexts?: readonly EncryptionContext[];
  readonly algorithm?: string;
  readonly recipient?: unknown;
}

/** What all cryptographic operations check in the same way. @throws ServiceError ValidationException … */
export function checkCryptoInput(input: CryptoInput): void {
  const constraints = new Constraints();
  if (input.keyId !== undefined) constraints.length(input.keyId.path, input.keyId.value, { min: 1, max: 2048 });
  constraints.oneOf("encryptionAlgorithm", input.algorithm, algorithms);
  constraints.range("plaintext.length", input.plaintext?.length, { min: 1, max: plaintextBytesMax });
  constraints.range("ciphertextBlob.length", input.ciphertext?.length, { min: 1, max: ciphertextBytesMax });
  for (const context of input.contexts ?? [])
    constraints.range("encryptionContext.length", contextBytes(context), { max: contextBytesMax });
  constraints.check();
  if (input.algorithm !== undefined && input.algorithm !== algorithm)
    throw new ServiceError("InvalidKeyUsageException", `Algorithm ${input.algorithm} is not one of a symmetric key.`);
  if (input.recipient !== undefined) throw unsupported("Nitro enclaves (Recipient) are not offered here.");
}

/** What policies see of a use of a key, beside the key itself. */
export function useOf(reference: string | undefined, context: EncryptionContext, used?: string) {
  const alias = reference?.startsWith("alias/") ? reference : /:(alias\/.+)$/.exec(reference ?? "")?.[1];
  const conditions: Record<string, string> = {
    ...(alias !== undefined && { "kms:RequestAlias": alias }),
    ...(used !== undefined && { "kms:EncryptionAlgorithm": used }),
  };
  return { context, conditions };
}

function contextBytes(context: EncryptionContext): number {
  return context === undefined ? 0 : Buffer.byteLength(JSON.stringify(context));
}

/** @throws ServiceError DryRunOperationException, when all checks have passed. */
export function stopIfDryRun(dryRun: boolean | undefined): void {
  if (dryRun)
    throw new ServiceError(
      "DryRunOperationException",
      "The request would have succeeded, but the DryRun option is set.",
      { httpStatus: 412 },
    );
}
