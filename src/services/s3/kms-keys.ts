import { management } from "../../audit/event.js";
import { eventOf } from "../../audit/record.js";
import { BoundedCache } from "../../identity/bounded-cache.js";
import { type CustomerKey, findCustomerKey } from "../../identity/customer-keys.js";
import { type DataKey, DataKeys } from "../../identity/data-keys.js";
import { keyAccess } from "../../identity/key-access.js";
import { ensureManagedKey, s3ManagedKey } from "../../identity/managed-keys.js";
import { nameOf } from "../../identity/policy/evaluate.js";
import { EncryptionKeyUnusable } from "../../storage/store-error.js";
import type { Call } from "../operation.js";
import { ServiceError } from "../service-error.js";
import { invalidArgument, keyDisabled, keyInvalidState, keyNotFound } from "./errors.js";
import type { S3Deps } from "./s3-deps.js";

type Context = Readonly<Record<string, string>>;

/** For whom a key is used, and for what. */
export interface KeyUser {
  readonly call: Call;
  /** Of the bucket: a key of another region is not found. */
  readonly region: string;
  readonly context: Context;
}

/** A bucket's key serves one caller for so long, and costs a call to KMS, and its record, once. */
const bucketKeyMsMax = 5 * 60_000;
const bucketKeysMax = 1000;
const s3Principal = "s3.amazonaws.com";

/**
 * S3's way to KMS keys, in the name of whoever calls S3: their policies and the key's decide each time, each call to KMS
 * is in the record as theirs, invoked by S3, and whether the key can be used is asked of the settings each time, so that
 * disabling it counts at once.
 */
export class KmsKeys {
  readonly #deps: S3Deps;
  readonly #dataKeys: DataKeys;
  /** Data keys of buckets that a caller's call to KMS opened lately, by caller, operation and key. */
  readonly #ofBuckets = new BoundedCache<string, { readonly key: DataKey; readonly untilMs: number }>(bucketKeysMax);

  constructor(deps: S3Deps) {
    this.#deps = deps;
    this.#dataKeys = new DataKeys(deps);
  }

  /**
   * A data key under the KMS key, and that one's ARN.
   *
   * @param reference id, ARN or alias; undefined: the account's own key for S3.
   * @param shared it may be one that the same caller was given for the same context a short time ago.
   * @throws ServiceError AccessDenied, KMS.NotFoundException, KMS.DisabledException, KMS.KMSInvalidStateException
   */
  async generate(reference: string | undefined, user: KeyUser, shared: boolean): Promise<DataKey & { keyArn: string }> {
    const key = await this.#find(reference, user);
    const name = reference ?? s3ManagedKey.alias;
    const parameters = { keyId: key?.arn ?? name, keySpec: "AES_256", encryptionContext: user.context };
    const asked = { action: "GenerateDataKey", key, reference: name, parameters } as const;
    const work = (usable: CustomerKey) => this.#dataKeys.fresh(usable.keyId, user.context);
    const made = await this.#use(asked, user, work, shared ? `new ${key?.arn}` : undefined);
    return { ...made, keyArn: key!.arn };
  }

  /** The plain key of one that `generate` gave. @throws as that does */
  async open(
    { wrapped, keyArn, shared }: { readonly wrapped: string; readonly keyArn: string; readonly shared: boolean },
    user: KeyUser,
  ): Promise<Buffer> {
    const key = await this.#find(keyArn, user);
    const parameters = { keyId: keyArn, encryptionAlgorithm: "SYMMETRIC_DEFAULT", encryptionContext: user.context };
    const asked = { action: "Decrypt", key, reference: keyArn, parameters } as const;
    const work = async (usable: CustomerKey) => {
      const found = new Map([[usable.keyId, usable]]);
      return { wrapped, plain: await this.#dataKeys.open(wrapped, user.context, found) };
    };
    return (await this.#use(asked, user, work, shared ? wrapped : undefined)).plain;
  }

  async #find(reference: string | undefined, { call, region }: KeyUser): Promise<CustomerKey | undefined> {
    const { settings } = this.#deps;
    const scope = { accountId: call.accountId, region };
    const name = reference ?? s3ManagedKey.alias;
    const key = await findCustomerKey(settings.read, scope, name, call.nowMs);
    const managedArn = `arn:aws:kms:${region}:${call.accountId}:${s3ManagedKey.alias}`;
    if (key !== undefined || (name !== s3ManagedKey.alias && name !== managedArn)) return key;
    return settings.transact((tx) => ensureManagedKey(tx, this.#deps, s3ManagedKey, scope, call.nowMs));
  }

  /** @param sharedAs name of the data key, if what the caller did with it a short time ago does for now. */
  async #use(
    asked: {
      readonly action: "GenerateDataKey" | "Decrypt";
      readonly key: CustomerKey | undefined;
      readonly reference: string;
      readonly parameters: Record<string, unknown>;
    },
    user: KeyUser,
    work: (usable: CustomerKey) => Promise<DataKey>,
    sharedAs: string | undefined,
  ): Promise<DataKey> {
    const { call, context } = user;
    if (call.caller.kind === "anonymous")
      throw invalidArgument(
        "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.",
        "Authorization",
      );
    const nowMs = this.#deps.environment.clock.monotonicMs();
    const cacheName = sharedAs && `${callerName(call)} ${asked.action} ${sharedAs} ${JSON.stringify(context)}`;
    try {
      const key = usableKey(asked);
      const { caller, accountId } = call;
      const use = { operation: asked.action, context, via: "s3" };
      await call.demand(
        await keyAccess(this.#deps.settings.read, key, { caller, accountId, region: user.region }, use),
      );
      const known = cacheName && this.#ofBuckets.get(cacheName);
      if (known && known.untilMs > nowMs) return known.key;
      const done = await work(key);
      await this.#record(asked, user, undefined);
      if (cacheName) this.#ofBuckets.set(cacheName, { key: done, untilMs: nowMs + bucketKeyMsMax });
      return done;
    } catch (reason) {
      // Only if what was asked here before has changed since.
      const refused = reason instanceof EncryptionKeyUnusable ? keyInvalidState(reason.message) : reason;
      if (refused instanceof ServiceError && refused.fault === "client") await this.#record(asked, user, refused);
      throw refused;
    }
  }

  async #record(
    asked: { readonly action: string; readonly key: CustomerKey | undefined; readonly parameters: unknown },
    { call, region }: KeyUser,
    refused: ServiceError | undefined,
  ): Promise<void> {
    const { recorder, environment } = this.#deps;
    const { action, key, parameters } = asked;
    await recorder.record(
      eventOf({
        eventId: environment.ids.uuid(),
        requestId: environment.ids.uuid(),
        timeMs: environment.clock.nowMs(),
        eventSource: "kms.amazonaws.com",
        eventName: action,
        apiVersion: "2014-11-01",
        readOnly: true,
        event: management,
        accountId: call.accountId,
        region,
        caller: call.caller,
        invokedBy: s3Principal,
        sourceIpAddress: s3Principal,
        userAgent: s3Principal,
        host: "",
        requestParameters: parameters,
        responseElements: null,
        // S3 says whose error it is; KMS itself need not.
        ...(refused && { errorCode: refused.recordedCode.replace(/^KMS\./, ""), errorMessage: refused.message }),
        resources: key === undefined ? [] : [{ type: "AWS::KMS::Key", name: key.keyId, arn: key.arn }],
      }),
    );
  }
}

/** @throws ServiceError KMS.NotFoundException, KMS.DisabledException, KMS.KMSInvalidStateException */
function usableKey({ key, reference }: { readonly key: CustomerKey | undefined; readonly reference: string }) {
  if (key === undefined) throw keyNotFound(reference);
  if (key.unusable === undefined) return key;
  throw key.unusableCode === "DisabledException" ? keyDisabled(key.unusable) : keyInvalidState(key.unusable);
}

function callerName({ caller }: Call): string {
  if (caller.kind === "service") return `${caller.service} ${caller.accountId} ${caller.sourceArn}`;
  return nameOf(caller);
}
