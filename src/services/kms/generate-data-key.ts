import type {
  GenerateDataKeyCommandInput,
  GenerateDataKeyResponse,
  GenerateDataKeyWithoutPlaintextResponse,
  GenerateRandomCommandInput,
  GenerateRandomResponse,
} from "@aws-sdk/client-kms";
import { management } from "../../audit/event.js";
import { Constraints } from "../constraints.js";
import { type Call, operation } from "../operation.js";
import { validationError } from "../service-error.js";
import { checkCryptoInput, stopIfDryRun, useOf } from "./crypto-rules.js";
import type { KmsDeps } from "./deps.js";
import { encryptWith } from "./encrypt.js";
import { unsupported } from "./errors.js";
import { checkGrantTokens } from "./grant-tokens.js";
import { accessOrGrant, findKey, keyArn, materialIdShown, requireUsable, resourcesOf } from "./keys.js";

const dataKeyBytesMax = 1024;
const specBytes: Readonly<Record<string, number>> = { AES_128: 16, AES_256: 32 };

/** Both forms take the same input; only one gives the plaintext away. */
const dataKeyOperation = <Output>(
  deps: KmsDeps,
  name: "GenerateDataKey" | "GenerateDataKeyWithoutPlaintext",
  answer: (
    made: Required<Pick<GenerateDataKeyResponse, "CiphertextBlob" | "Plaintext" | "KeyId" | "KeyMaterialId">>,
  ) => Output,
) =>
  operation<GenerateDataKeyCommandInput, Output>({
    name,
    readOnly: true,
    event: management,
    async access(input, call) {
      checkCryptoInput({ keyId: { path: "keyId", value: input.KeyId } });
      await checkGrantTokens(deps, input.GrantTokens);
      const key = await findKey(deps.settings.read, call, input.KeyId!);
      return [await accessOrGrant(deps, name, key, call, useOf(input.KeyId, input.EncryptionContext))];
    },
    async execute(input, call: Call) {
      const constraints = new Constraints().oneOf("keySpec", input.KeySpec, Object.keys(specBytes));
      constraints.range("numberOfBytes", input.NumberOfBytes, { min: 1, max: dataKeyBytesMax }).check();
      checkCryptoInput({
        contexts: [input.EncryptionContext],
        recipient: input.Recipient,
      });
      if ((input.KeySpec === undefined) === (input.NumberOfBytes === undefined))
        throw validationError("Please specify either number of bytes or key spec.");
      const length = input.NumberOfBytes ?? specBytes[input.KeySpec!]!;
      const key = await findKey(deps.settings.read, call, input.KeyId!);
      requireUsable(key);
      stopIfDryRun(input.DryRun);
      const Plaintext = deps.environment.ids.bytes(length);
      const CiphertextBlob = await encryptWith(deps, key, Plaintext, input.EncryptionContext);
      return answer({
        CiphertextBlob,
        Plaintext,
        KeyId: keyArn(key),
        KeyMaterialId: materialIdShown(key.material_id),
      });
    },
    recordedRequest: (input) => ({
      keyId: input?.KeyId,
      keySpec: input?.KeySpec,
      numberOfBytes: input?.NumberOfBytes,
      encryptionContext: input?.EncryptionContext,
    }),
    recordedResponse: () => null,
    resources: (input, call, output) => resourcesOf(input?.KeyId, output, call),
  });

export const generateDataKey = (deps: KmsDeps) =>
  dataKeyOperation<GenerateDataKeyResponse>(deps, "GenerateDataKey", (made) => made);

export const generateDataKeyWithoutPlaintext = (deps: KmsDeps) =>
  dataKeyOperation<GenerateDataKeyWithoutPlaintextResponse>(
    deps,
    "GenerateDataKeyWithoutPlaintext",
    ({ Plaintext: _kept, ...rest }) => rest,
  );

export const generateRandom = (deps: KmsDeps) =>
  operation<GenerateRandomCommandInput, GenerateRandomResponse>({
    name: "GenerateRandom",
    readOnly: true,
    event: management,
    access: () => [{ action: "kms:GenerateRandom", resource: "*" }],
    async execute(input) {
      new Constraints().range("numberOfBytes", input.NumberOfBytes, { min: 1, max: dataKeyBytesMax }).check();
      if (input.NumberOfBytes === undefined) throw validationError("Please specify the number of bytes.");
      if (input.CustomKeyStoreId !== undefined || input.Recipient !== undefined)
        throw unsupported("Custom key stores and Nitro enclaves are not offered here.");
      return { Plaintext: deps.environment.ids.bytes(input.NumberOfBytes) };
    },
    recordedRequest: (input) => ({ numberOfBytes: input?.NumberOfBytes }),
    recordedResponse: () => null,
  });
