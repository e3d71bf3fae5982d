import type { ListPublicKeysCommandInput, ListPublicKeysResponse } from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";

/** The keys of this region that signed digests in the time range: PKCS#1, as the command line wants them. */
export const listPublicKeys = (deps: CloudTrailDeps) =>
  operation<ListPublicKeysCommandInput, ListPublicKeysResponse>({
    name: "ListPublicKeys",
    readOnly: true,
    event: management,
    access: () => [{ action: "cloudtrail:ListPublicKeys", resource: "*" }],

    async execute(input, call) {
      if (input.NextToken) throw cloudTrailError("InvalidToken", "The token is not valid.");
      const startMs = input.StartTime?.getTime() ?? call.nowMs;
      const endMs = input.EndTime?.getTime() ?? call.nowMs;
      if (startMs > endMs) throw cloudTrailError("InvalidTimeRange", "The start time must not be after the end time.");
      const keys = await deps.signingKeys.publicKeys(call.region, { startMs, endMs });
      return {
        PublicKeyList: keys.map((key) => ({
          Value: key.der,
          ValidityStartTime: new Date(key.validFromMs),
          ValidityEndTime: new Date(key.validUntilMs),
          Fingerprint: key.fingerprint,
        })),
      };
    },
  });
