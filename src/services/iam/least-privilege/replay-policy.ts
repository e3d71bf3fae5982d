import { createHash } from "node:crypto";
import { management } from "../../../audit/event.js";
import { BoundedCache } from "../../../identity/bounded-cache.js";
import { factsNeeded } from "../../../identity/least-privilege/asked-facts.js";
import {
  type ComparedReplay,
  compareReplay,
  type Difference,
} from "../../../identity/least-privilege/compare-replay.js";
import { extensionRoute } from "../../extension-route.js";
import type { ForeignRoute } from "../../foreign-route.js";
import { operation } from "../../operation.js";
import { decodePageToken, encodePageToken } from "../../page-token.js";
import type { EntityRow } from "../entities.js";
import type { IamDeps } from "../iam-deps.js";
import { iamValidationError, withPolicyErrors } from "../iam-errors.js";
import {
  askedIn,
  compiled,
  listOf,
  type Period,
  type PeriodInput,
  parsed,
  presentPolicies,
  principalAccess,
  readPeriod,
  replayedPrincipal,
  requirePrincipal,
  shownPeriod,
} from "./period-input.js";

interface ReplayInput extends PeriodInput {
  readonly PolicyDocuments?: unknown;
  readonly PresentPolicies?: unknown;
  readonly MaxResults?: unknown;
  readonly NextToken?: unknown;
}

const documentsMax = 20;
const pageDefault = 100;
const pageMax = 1000;
/** Replays whose further pages may be asked for: some ten megabytes each at most. */
const replaysKept = 4;

/**
 * Extension of ours: what identity policies would have answered to the recorded calls of a user or role, in place of its
 * present ones or beside them, before they are attached.
 */
export function replayPolicy(deps: IamDeps): ForeignRoute {
  /** By what was asked, until when. Without it each page would replay all calls again. */
  const replays = new BoundedCache<string, ComparedReplay>(replaysKept);

  return extensionRoute(
    operation<ReplayInput, unknown>({
      name: "ReplayPolicy",
      readOnly: true,
      event: management,
      access: principalAccess(deps, "ReplayPolicy"),
      async execute(input, call) {
        const proposed = listOf("PolicyDocuments", input.PolicyDocuments ?? [], { max: documentsMax });
        const kept = presentKept(input.PresentPolicies);
        const limit = limitOf(input.MaxResults);
        const request = [call.accountId, { ...input, MaxResults: 0, NextToken: undefined }];
        const position = positionOf(input.NextToken, request);
        // A replay until now goes on being that replay on its next page.
        const period = readPeriod(input, position?.untilMs ?? call.nowMs);
        const entity = await requirePrincipal(deps.settings.read, input, call);
        const name = createHash("sha256")
          .update(JSON.stringify([request, entity.entity_id, period]))
          .digest("hex");
        const compared = (position && replays.get(name)) ?? (await replayOf(deps, entity, period, { proposed, kept }));
        replays.set(name, compared);
        const from = position?.index ?? 0;
        const { differences } = compared;
        return {
          PrincipalArn: entity.arn,
          ...shownPeriod(period),
          Calls: compared.calls,
          RefusedCalls: compared.refusedCalls,
          AllowedCalls: compared.allowedCalls,
          NarrowedCalls: compared.narrowedCalls,
          WidenedCalls: compared.widenedCalls,
          IncompleteCalls: compared.incompleteCalls,
          UnknownCalls: compared.unknownCalls,
          DifferenceCount: compared.differenceCount,
          Differences: differences.slice(from, from + limit).map(shown),
          ...(differences.length > from + limit && {
            NextToken: encodePageToken([String(period.untilMs), String(from + limit)], request),
          }),
        };
      },
    }),
  );
}

async function replayOf(
  deps: IamDeps,
  entity: EntityRow,
  period: Period,
  { proposed, kept }: { readonly proposed: readonly string[]; readonly kept: boolean },
): Promise<ComparedReplay> {
  const { identity, boundary, tags } = await presentPolicies(deps.settings.read, entity);
  const documents = [...(kept ? identity.map(({ document }) => document) : []), ...proposed];
  const bounding = boundary ? [boundary.document] : [];
  const policies = withPolicyErrors(() => ({ identity: compiled(documents), boundary: compiled(bounding)[0] }));
  const needed = withPolicyErrors(() => factsNeeded(parsed([...documents, ...bounding])));
  const principalIds = [entity.entity_id];
  const groups = await askedIn(deps, { accountId: entity.account_id, principalIds, ...period, ...needed });
  return compareReplay(replayedPrincipal(entity), groups, {
    identity: policies.identity,
    tags,
    ...(policies.boundary && { boundary: policies.boundary }),
  });
}

function shown({ change, action, resource, calls, firstMs, lastMs, message, examples }: Difference) {
  return {
    Change: change,
    Action: action,
    Resource: resource,
    Calls: calls,
    FirstTime: firstMs / 1000,
    LastTime: lastMs / 1000,
    ...(message !== undefined && { Message: message }),
    ExampleEventIds: examples.map(({ eventId }) => eventId),
  };
}

function presentKept(value: unknown): boolean {
  if (value === undefined || value === null || value === "REPLACED") return false;
  if (value === "KEPT") return true;
  throw iamValidationError("PresentPolicies must be REPLACED or KEPT.");
}

function limitOf(value: unknown): number {
  if (value === undefined || value === null) return pageDefault;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > pageMax)
    throw iamValidationError(`MaxResults must be from 1 to ${pageMax}.`);
  return value;
}

function positionOf(token: unknown, request: unknown): { untilMs: number; index: number } | undefined {
  if (token === undefined || token === null) return undefined;
  const position = typeof token === "string" ? decodePageToken(token, request)?.map(Number) : undefined;
  if (position?.length !== 2 || !position.every((value) => Number.isSafeInteger(value) && value >= 0))
    throw iamValidationError("The next token is not valid.");
  return { untilMs: position[0]!, index: position[1]! };
}
