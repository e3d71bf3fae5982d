import {
  DescribeKeyCommand,
  GetKeyRotationStatusCommand,
  type GetKeyRotationStatusResponse,
  type KeyMetadata,
  KMSClient,
  ListAliasesCommand,
  ListKeysCommand,
} from "@aws-sdk/client-kms";
import { clientOf } from "../../api/clients.js";
import { type Failure, failureOf } from "../../api/failure.js";

/** A key as far as who looks may see it: each part of it may be denied by the key's policy. */
export interface KeyShown {
  readonly keyId: string;
  readonly arn: string;
  readonly metadata?: KeyMetadata;
  readonly rotation?: GetKeyRotationStatusResponse;
  readonly aliases?: readonly string[];
  /** Why it cannot be described. */
  readonly failure?: Failure;
}

export async function fetchKeys(marker: string | undefined, signal: AbortSignal) {
  const kms = clientOf(KMSClient);
  const { Keys = [], NextMarker } = await kms.send(new ListKeysCommand({ Limit: 25, Marker: marker }), {
    abortSignal: signal,
  });
  const items = await Promise.all(Keys.map(({ KeyId = "", KeyArn = "" }) => fetchKey(KeyId, KeyArn, signal)));
  return { items, nextToken: NextMarker };
}

export async function fetchKey(keyId: string, arn: string, signal: AbortSignal): Promise<KeyShown> {
  const kms = clientOf(KMSClient);
  const options = { abortSignal: signal };
  const [described, rotation, aliases] = await Promise.allSettled([
    kms.send(new DescribeKeyCommand({ KeyId: keyId }), options),
    kms.send(new GetKeyRotationStatusCommand({ KeyId: keyId }), options),
    kms.send(new ListAliasesCommand({ KeyId: keyId }), options),
  ]);
  signal.throwIfAborted();
  return {
    keyId,
    arn,
    ...(described.status === "fulfilled" && described.value.KeyMetadata && { metadata: described.value.KeyMetadata }),
    ...(described.status === "rejected" && { failure: failureOf(described.reason) }),
    ...(rotation.status === "fulfilled" && { rotation: rotation.value }),
    ...(aliases.status === "fulfilled" && {
      aliases: (aliases.value.Aliases ?? []).flatMap(({ AliasName }) => AliasName ?? []),
    }),
  };
}
