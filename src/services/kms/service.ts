import * as sdk from "@aws-sdk/client-kms";
import type { Service } from "../operation.js";
import { createAlias, deleteAlias, listAliases, updateAlias } from "./aliases.js";
import { createGrant } from "./create-grant.js";
import { createKey } from "./create-key.js";
import type { KmsDeps } from "./deps.js";
import { decrypt, encrypt, reEncrypt } from "./encrypt.js";
import { generateDataKey, generateDataKeyWithoutPlaintext, generateRandom } from "./generate-data-key.js";
import {
  cancelKeyDeletion,
  describeKey,
  disableKey,
  enableKey,
  scheduleKeyDeletion,
  updateKeyDescription,
} from "./key-lifecycle.js";
import { getKeyPolicy, listKeyPolicies, putKeyPolicy } from "./key-policy.js";
import { disableKeyRotation, enableKeyRotation, getKeyRotationStatus, rotateKeyOnDemand } from "./key-rotation.js";
import { listGrants, listRetirableGrants } from "./list-grants.js";
import { listKeyRotations } from "./list-key-rotations.js";
import { listKeys } from "./list-keys.js";
import { notOffered } from "./not-offered.js";
import { retireGrant, revokeGrant } from "./revoke-grant.js";
import { listResourceTags, tagResource, untagResource } from "./tags.js";

/** AWS Key Management Service: symmetric encryption keys, whose material the vault seals. */
export function kmsService(deps: KmsDeps): Service {
  return {
    signingName: "kms",
    eventSource: "kms.amazonaws.com",
    apiVersion: "2014-11-01",
    protocol: "json-1.1",
    targetPrefix: "TrentService",
    sdk,
    operations: [
      cancelKeyDeletion(deps),
      createAlias(deps),
      createGrant(deps),
      createKey(deps),
      decrypt(deps),
      deleteAlias(deps),
      describeKey(deps),
      disableKey(deps),
      disableKeyRotation(deps),
      enableKey(deps),
      enableKeyRotation(deps),
      encrypt(deps),
      generateDataKey(deps),
      generateDataKeyWithoutPlaintext(deps),
      generateRandom(deps),
      getKeyPolicy(deps),
      getKeyRotationStatus(deps),
      listAliases(deps),
      listGrants(deps),
      listKeyPolicies(deps),
      listKeyRotations(deps),
      listKeys(deps),
      listResourceTags(deps),
      listRetirableGrants(deps),
      putKeyPolicy(deps),
      reEncrypt(deps),
      retireGrant(deps),
      revokeGrant(deps),
      rotateKeyOnDemand(deps),
      scheduleKeyDeletion(deps),
      tagResource(deps),
      untagResource(deps),
      updateAlias(deps),
      updateKeyDescription(deps),
    ],
    notOffered,
    throttled: { code: "ThrottlingException", httpStatus: 400 },
  };
}
