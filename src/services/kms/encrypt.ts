import type {
  DecryptCommandInput,
  DecryptResponse,
  EncryptCommandInput,
  EncryptResponse,
  ReEncryptCommandInput,
  ReEncryptResponse,
} from "@aws-sdk/client-kms";
import { management } from "../../audit/event.js";
import {
  type CiphertextHead,
  decrypt as decryptText,
  encrypt as encryptText,
  readHead,
} from "../../identity/key-ciphertext.js";
import { openMaterial } from "../../identity/key-materials.js";
import { type Call, operation } from "../operation.js";
import { validationError } from "../service-error.js";
import { algorithm, checkCryptoInput, stopIfDryRun, useOf } from "./crypto-rules.js";
import type { KmsDeps } from "./deps.js";
import { incorrectKey, invalidCiphertext, notFound } from "./errors.js";
import { checkGrantTokens } from "./grant-tokens.js";
import {
  accessOrGrant,
  findKey,
  findKeyOfCiphertext,
  type KeyRow,
  keyArn,
  materialIdShown,
  requireUsable,
  resourcesOf,
} from "./keys.js";

/** Plaintexts and ciphertexts never reach the record. */
const recordedRequest = (input: EncryptCommandInput | DecryptCommandInput) => ({
  keyId: input?.KeyId,
  encryptionContext: input?.EncryptionContext,
  encryptionAlgorithm: input?.EncryptionAlgorithm ?? algorithm,
});

export const encrypt = (deps: KmsDeps) =>
  operation<EncryptCommandInput, EncryptResponse>({
    name: "Encrypt",
    readOnly: true,
    event: management,
    async access(input, call) {
      checkCryptoInput({ keyId: { path: "keyId", value: input.KeyId } });
      await checkGrantTokens(deps, input.GrantTokens);
      const key = await findKey(deps.settings.read, call, input.KeyId!);
      return [await accessOrGrant(deps, "Encrypt", key, call, useOf(input.KeyId, input.EncryptionContext, algorithm))];
    },
    async execute(input, call) {
      checkCryptoInput({
        plaintext: input.Plaintext,
        contexts: [input.EncryptionContext],
        algorithm: input.EncryptionAlgorithm,
      });
      const key = await findKey(deps.settings.read, call, input.KeyId!);
      requireUsable(key);
      stopIfDryRun(input.DryRun);
      const CiphertextBlob = await encryptWith(deps, key, input.Plaintext!, input.EncryptionContext);
      return { CiphertextBlob, KeyId: keyArn(key), EncryptionAlgorithm: algorithm };
    },
    recordedRequest,
    recordedResponse: () => null,
    resources: (input, call, output) => resourcesOf(input?.KeyId, output, call),
  });

export const decrypt = (deps: KmsDeps) =>
  operation<DecryptCommandInput, DecryptResponse>({
    name: "Decrypt",
    readOnly: true,
    event: management,
    async access(input, call) {
      await checkGrantTokens(deps, input.GrantTokens);
      const { key } = await findDecryptingKey(deps, call, input.CiphertextBlob, input.KeyId);
      return [await accessOrGrant(deps, "Decrypt", key, call, useOf(input.KeyId, input.EncryptionContext, algorithm))];
    },
    async execute(input, call) {
      checkCryptoInput({
        keyId: { path: "keyId", value: input.KeyId },
        ciphertext: input.CiphertextBlob,
        contexts: [input.EncryptionContext],
        algorithm: input.EncryptionAlgorithm,
        recipient: input.Recipient,
      });
      if ((input.DryRunModifiers?.length ?? 0) > 0) throw validationError("DryRunModifiers are not offered here.");
      const { key, head } = await findDecryptingKey(deps, call, input.CiphertextBlob, input.KeyId);
      requireUsable(key);
      const Plaintext = await decryptWith(deps, head, input.CiphertextBlob!, input.EncryptionContext);
      stopIfDryRun(input.DryRun);
      return {
        KeyId: keyArn(key),
        Plaintext,
        EncryptionAlgorithm: algorithm,
        KeyMaterialId: materialIdShown(head.materialId),
      };
    },
    recordedRequest,
    recordedResponse: () => null,
    resources: (input, call, output) => resourcesOf(input?.KeyId, output, call),
  });

export const reEncrypt = (deps: KmsDeps) =>
  operation<ReEncryptCommandInput, ReEncryptResponse>({
    name: "ReEncrypt",
    readOnly: true,
    event: management,
    async access(input, call) {
      checkCryptoInput({ keyId: { path: "destinationKeyId", value: input.DestinationKeyId } });
      await checkGrantTokens(deps, input.GrantTokens);
      const { key: source } = await findDecryptingKey(deps, call, input.CiphertextBlob, input.SourceKeyId);
      const destination = await findKey(deps.settings.read, call, input.DestinationKeyId!);
      const sameKey = String(source.key_id === destination.key_id);
      return [
        await accessOrGrant(deps, "ReEncryptFrom", source, call, {
          ...useOf(input.SourceKeyId, input.SourceEncryptionContext, algorithm),
          conditions: { "kms:ReEncryptOnSameKey": sameKey },
        }),
        await accessOrGrant(deps, "ReEncryptTo", destination, call, {
          ...useOf(input.DestinationKeyId, input.DestinationEncryptionContext, algorithm),
          conditions: { "kms:ReEncryptOnSameKey": sameKey },
        }),
      ];
    },
    async execute(input, call) {
      for (const each of [input.SourceEncryptionAlgorithm, input.DestinationEncryptionAlgorithm])
        checkCryptoInput({
          ciphertext: input.CiphertextBlob,
          contexts: [input.SourceEncryptionContext, input.DestinationEncryptionContext],
          algorithm: each,
        });
      if ((input.DryRunModifiers?.length ?? 0) > 0) throw validationError("DryRunModifiers are not offered here.");
      const { key: source, head } = await findDecryptingKey(deps, call, input.CiphertextBlob, input.SourceKeyId);
      const destination = await findKey(deps.settings.read, call, input.DestinationKeyId!);
      requireUsable(source);
      requireUsable(destination);
      const plaintext = await decryptWith(deps, head, input.CiphertextBlob!, input.SourceEncryptionContext);
      stopIfDryRun(input.DryRun);
      return {
        CiphertextBlob: await encryptWith(deps, destination, plaintext, input.DestinationEncryptionContext),
        SourceKeyId: keyArn(source),
        KeyId: keyArn(destination),
        SourceEncryptionAlgorithm: algorithm,
        DestinationEncryptionAlgorithm: algorithm,
        SourceKeyMaterialId: materialIdShown(head.materialId),
        DestinationKeyMaterialId: materialIdShown(destination.material_id),
      };
    },
    recordedRequest: (input) => ({
      sourceKeyId: input?.SourceKeyId,
      sourceEncryptionContext: input?.SourceEncryptionContext,
      destinationKeyId: input?.DestinationKeyId,
      destinationEncryptionContext: input?.DestinationEncryptionContext,
    }),
    recordedResponse: () => null,
    resources: (input, call, output) => [
      ...resourcesOf(undefined, { KeyId: output?.SourceKeyId ?? input?.SourceKeyId }, call),
      ...resourcesOf(input?.DestinationKeyId, output, call),
    ],
  });

/** Encrypts under the key's current material. */
export async function encryptWith(
  deps: KmsDeps,
  key: KeyRow,
  plaintext: Uint8Array,
  context: Readonly<Record<string, string>> | undefined,
): Promise<Uint8Array> {
  const material = await openMaterial(deps, key.key_id, key.material_id);
  if (material === undefined) throw notFound(`Key '${keyArn(key)}' does not exist`);
  const { ids } = deps.environment;
  const named = { keyId: key.key_id, materialId: key.material_id, material };
  return encryptText(named, plaintext, context, (length) => ids.bytes(length));
}

async function decryptWith(
  deps: KmsDeps,
  head: CiphertextHead,
  ciphertext: Uint8Array,
  context: Readonly<Record<string, string>> | undefined,
): Promise<Buffer> {
  const material = await openMaterial(deps, head.keyId, head.materialId);
  const plaintext = material && decryptText(material, ciphertext, context);
  if (plaintext === undefined) throw invalidCiphertext();
  return plaintext;
}

/** The key is the one the ciphertext names; a key named by the caller must be the same. */
async function findDecryptingKey(
  deps: KmsDeps,
  call: Call,
  ciphertext: Uint8Array | undefined,
  reference: string | undefined,
): Promise<{ key: KeyRow; head: CiphertextHead }> {
  if (ciphertext === undefined) throw validationError("CiphertextBlob is required.");
  const head = readHead(ciphertext);
  if (head === undefined) throw invalidCiphertext();
  if (reference !== undefined) {
    const key = await findKey(deps.settings.read, call, reference);
    if (key.key_id !== head.keyId) throw incorrectKey();
    return { key, head };
  }
  const key = await findKeyOfCiphertext(deps.settings.read, call, head.keyId);
  if (key === undefined) throw invalidCiphertext();
  return { key, head };
}
