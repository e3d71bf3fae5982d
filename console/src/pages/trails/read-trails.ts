import {
  CloudTrailClient,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  type GetEventSelectorsCommandOutput,
  GetTrailStatusCommand,
  type GetTrailStatusCommandOutput,
  type Trail,
} from "@aws-sdk/client-cloudtrail";
import type { TrailSelectors } from "../../../../src/audit/selectors/selectors.js";
import { clientOf } from "../../api/clients.js";

/** A trail with what two further calls tell of it. Undefined: the person may not ask. */
export interface ListedTrail {
  readonly trail: Trail;
  readonly status: GetTrailStatusCommandOutput | undefined;
  readonly selectors: TrailSelectors | undefined;
}

export function selectorsIn(answer: Pick<GetEventSelectorsCommandOutput, "EventSelectors" | "AdvancedEventSelectors">) {
  const { EventSelectors = [], AdvancedEventSelectors = [] } = answer;
  const selectors: TrailSelectors =
    AdvancedEventSelectors.length > 0
      ? { kind: "advanced", selectors: AdvancedEventSelectors }
      : { kind: "basic", selectors: EventSelectors };
  return selectors;
}

/** Trails seen in the region, with their health. */
export async function listTrails(abortSignal: AbortSignal): Promise<readonly ListedTrail[]> {
  const client = clientOf(CloudTrailClient);
  const { trailList = [] } = await client.send(new DescribeTrailsCommand({}), { abortSignal });
  return Promise.all(
    trailList.map(async (trail) => {
      const Name = trail.TrailARN ?? "";
      const [status, selectors] = await Promise.all([
        client.send(new GetTrailStatusCommand({ Name }), { abortSignal }).catch(unlessDenied),
        client
          .send(new GetEventSelectorsCommand({ TrailName: Name }), { abortSignal })
          .then(selectorsIn)
          .catch(unlessDenied),
      ]);
      return { trail, status, selectors };
    }),
  );
}

/** One thing that may not be seen does not hide the rest. */
export function unlessDenied(problem: unknown): undefined {
  if (/AccessDenied/.test((problem as Error).name)) return undefined;
  throw problem;
}
