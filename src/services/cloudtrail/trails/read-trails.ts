import type {
  DescribeTrailsCommandInput,
  DescribeTrailsResponse,
  GetTrailCommandInput,
  GetTrailResponse,
  ListTrailsCommandInput,
  ListTrailsResponse,
} from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import type { TrailRow } from "../../../audit/trails.js";
import { type Call, operation } from "../../operation.js";
import { decodePageToken, encodePageToken } from "../../page-token.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { findTrail, requireTrail, trailAccess } from "./find-trail.js";
import { trailResources } from "./trail-resources.js";
import { trailView } from "./trail-view.js";

/** Trails in one page of ListTrails. */
const pageMax = 100;
const namesMax = 100;

/** Trails of the region and shadows of multi-region trails of others, by name. */
async function trailsSeen(deps: CloudTrailDeps, call: Call, withShadows: boolean): Promise<TrailRow[]> {
  return deps.settings.read
    .selectFrom("trails")
    .selectAll()
    .where("account_id", "=", call.accountId)
    .where("deleted_ms", "is", null)
    .where((eb) => {
      const home = eb("home_region", "=", call.region);
      return withShadows ? eb.or([home, eb("multi_region", "=", 1)]) : home;
    })
    .orderBy("name")
    .orderBy("home_region")
    .execute();
}

export const getTrail = (deps: CloudTrailDeps) =>
  operation<GetTrailCommandInput, GetTrailResponse>({
    name: "GetTrail",
    readOnly: true,
    event: management,
    access: (input, call) => trailAccess(deps, "GetTrail", input.Name as string, call),
    execute: async (input, call) => ({
      Trail: trailView(await requireTrail(deps.settings.read, input.Name as string, call)),
    }),
    resources: (input, call) => trailResources(input.Name, call),
  });

/** Names that are unknown are left out, as AWS does. */
export const describeTrails = (deps: CloudTrailDeps) =>
  operation<DescribeTrailsCommandInput, DescribeTrailsResponse>({
    name: "DescribeTrails",
    readOnly: true,
    event: management,
    access: () => [{ action: "cloudtrail:DescribeTrails", resource: "*" }],
    async execute(input, call) {
      const names = input.trailNameList ?? [];
      const withShadows = input.includeShadowTrails ?? true;
      if (names.length > namesMax)
        throw cloudTrailError("InvalidTrailName", `At most ${namesMax} trails can be named in one call.`);
      if (names.length === 0) return { trailList: (await trailsSeen(deps, call, withShadows)).map(trailView) };
      const trailList: TrailRow[] = [];
      for (const name of new Set(names)) {
        const trail = await findTrail(deps.settings.read, name, call);
        if (trail && (withShadows || trail.home_region === call.region)) trailList.push(trail);
      }
      return { trailList: trailList.map(trailView) };
    },
  });

export const listTrails = (deps: CloudTrailDeps) =>
  operation<ListTrailsCommandInput, ListTrailsResponse>({
    name: "ListTrails",
    readOnly: true,
    event: management,
    access: () => [{ action: "cloudtrail:ListTrails", resource: "*" }],
    async execute(input, call) {
      const request = ["ListTrails", call.accountId, call.region];
      const position = input.NextToken === undefined ? [] : decodePageToken(input.NextToken, request);
      if (position === undefined) throw cloudTrailError("InvalidNextToken", "The next token is not valid.");
      const all = await trailsSeen(deps, call, true);
      const [after] = position;
      const rest = after === undefined ? all : all.slice(all.findIndex((trail) => trail.arn === after) + 1);
      const page = rest.slice(0, pageMax);
      const last = page.at(-1);
      return {
        Trails: page.map((trail) => ({ TrailARN: trail.arn, Name: trail.name, HomeRegion: trail.home_region })),
        ...(last && rest.length > page.length && { NextToken: encodePageToken([last.arn], request) }),
      };
    },
  });
