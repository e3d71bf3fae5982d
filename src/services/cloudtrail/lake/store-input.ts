import type {
  AdvancedEventSelector,
  CreateEventDataStoreCommandInput,
  UpdateEventDataStoreCommandInput,
} from "@aws-sdk/client-cloudtrail";
import { errorCodeOf } from "../../../audit/destinations.js";
import { kindOfStore, problemOfStoreSelectors, type StoreKind } from "../../../audit/selectors/validate-advanced.js";
import { Constraints } from "../../constraints.js";
import type { Call } from "../../operation.js";
import { serviceUnavailable } from "../../service-error.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { checkKeyId } from "../trails/trail-input.js";

type StoreInput = CreateEventDataStoreCommandInput | UpdateEventDataStoreCommandInput;

/** AWS's limits of retention, by how a store is paid for there. Source: CloudTrail API Reference, CreateEventDataStore. */
const retentionDaysOf = {
  EXTENDABLE_RETENTION_PRICING: { fallback: 366, max: 3653 },
  FIXED_RETENTION_PRICING: { fallback: 2557, max: 2557 },
} as const;
export type BillingMode = keyof typeof retentionDaysOf;
const billingModes = Object.keys(retentionDaysOf) as BillingMode[];
const retentionDaysMin = 7;

/** Constraints of the model on what Create and Update share. */
export function checkStoreInput(input: StoreInput): void {
  new Constraints()
    .length("name", input.Name, { min: 3, max: 128 })
    .pattern("name", input.Name, /^[a-zA-Z0-9._-]+$/)
    .range("retentionPeriod", input.RetentionPeriod, { min: retentionDaysMin, max: 3653 })
    .length("kmsKeyId", input.KmsKeyId, { min: 1, max: 350 })
    .pattern("kmsKeyId", input.KmsKeyId, /^[a-zA-Z0-9._/:-]+$/)
    .oneOf("billingMode", input.BillingMode, billingModes)
    .check();
  // There are no organizations here: the error an account outside one gets.
  if (input.OrganizationEnabled === true)
    throw cloudTrailError("OrganizationsNotInUse", "The account is not a member of an organization.");
}

/** @throws InvalidParameter */
export function retentionDays(billingMode: BillingMode, given: number | undefined): number {
  const { fallback, max } = retentionDaysOf[billingMode];
  const days = given ?? fallback;
  if (days > max)
    throw cloudTrailError(
      "InvalidParameter",
      `The retention period of an event data store with ${billingMode} is at most ${max} days.`,
    );
  return days;
}

/** @throws InvalidEventSelectors */
export function checkStoreSelectors(selectors: readonly AdvancedEventSelector[]): StoreKind {
  const problem = problemOfStoreSelectors(selectors);
  if (problem !== undefined) throw cloudTrailError("InvalidEventSelectors", problem);
  return kindOfStore(selectors);
}

/** Events from outside AWS come through a channel of one region. @throws InvalidParameter */
export function checkReach(kind: StoreKind, multiRegion: boolean): void {
  if (kind === "ActivityAuditLog" && multiRegion)
    throw cloudTrailError(
      "InvalidParameter",
      "An event data store for events from outside AWS is of one region: MultiRegionEnabled must be false.",
    );
}

/**
 * A key is looked up as for a trail, and then refused: an event data store must not claim an encryption that is not done.
 *
 * @throws InvalidKmsKeyId, KmsKeyNotFound, InsufficientEncryptionPolicy, Kms, UnsupportedOperation
 */
export async function refuseKey(deps: CloudTrailDeps, keyId: string, storeArn: string, call: Call): Promise<never> {
  checkKeyId(keyId, call.region);
  const identity = { accountId: call.accountId, homeRegion: call.region, arn: storeArn };
  const key = await deps.destinations.describeKey(identity, keyId).catch((reason: unknown) => {
    const code = errorCodeOf(reason);
    if (code === undefined) throw serviceUnavailable(`KMS key ${keyId} did not answer.`, reason);
    if (code === "NotFoundException")
      throw cloudTrailError("KmsKeyNotFound", `KMS key ${keyId} was not found.`, reason);
    throw cloudTrailError(
      "InsufficientEncryptionPolicy",
      `Insufficient permissions to access KMS key ${keyId}.`,
      reason,
    );
  });
  if (!key.enabled) throw cloudTrailError("Kms", `KMS key ${key.arn} is disabled.`);
  throw cloudTrailError(
    "UnsupportedOperation",
    "Event data stores are not encrypted with KMS keys here, as SQL must read their columns. Leave KmsKeyId out.",
  );
}
