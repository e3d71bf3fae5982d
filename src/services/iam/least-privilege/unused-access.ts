import { management } from "../../../audit/event.js";
import { readAskedAccess } from "../../../identity/asked-access.js";
import { mayAllow } from "../../../identity/policy/granted-actions.js";
import type { AccessGroup } from "../../../storage/access-history.js";
import { inTurns } from "../../../storage/in-turns.js";
import type { SettingsQueries } from "../../../storage/settings-store.js";
import { extensionRoute } from "../../extension-route.js";
import type { ForeignRoute } from "../../foreign-route.js";
import { operation } from "../../operation.js";
import type { EntityRow } from "../entities.js";
import type { IamDeps } from "../iam-deps.js";
import {
  askedIn,
  type Period,
  type PeriodInput,
  parsed,
  presentPolicies,
  principalAccess,
  readPeriod,
  requirePrincipal,
  shownPeriod,
} from "./period-input.js";

/** Extension of ours: what a user or role may do and did not do in a period, and the keys it did not use. */
export const getUnusedAccess = (deps: IamDeps): ForeignRoute =>
  extensionRoute(
    operation<PeriodInput, unknown>({
      name: "GetUnusedAccess",
      readOnly: true,
      event: management,
      access: principalAccess(deps, "GetUnusedAccess"),
      async execute(input, call) {
        const { read } = deps.settings;
        const period = readPeriod(input, call.nowMs);
        const entity = await requirePrincipal(read, input, call);
        const { identity, boundary } = await presentPolicies(read, entity);
        const { accountId } = call;
        const groups = await askedIn(deps, { accountId, principalIds: [entity.entity_id], ...period, by: [] });
        const lastUsed = await lastUses(groups);
        const allows = mayAllow(parsed(identity.map(({ document }) => document)));
        const within = boundary ? mayAllow(parsed([boundary.document])) : () => true;
        return {
          PrincipalArn: entity.arn,
          ...shownPeriod(period),
          Services: deps
            .knownServices()
            .map(({ namespace, name, actions }) => ({
              ServiceNamespace: namespace,
              ServiceName: name,
              UnusedActions: actions.filter((action) => allows(action) && within(action) && !lastUsed.has(action)),
              UsedActions: actions
                .filter((action) => lastUsed.has(action))
                .map((action) => ({ Action: action, LastUsedTime: lastUsed.get(action)! / 1000 })),
            }))
            .filter(({ UnusedActions, UsedActions }) => UnusedActions.length + UsedActions.length > 0),
          AccessKeys: await keysOf(deps, read, entity, period),
          UnknownCalls: groups.filter(({ access }) => access === "").reduce((sum, group) => sum + group.calls, 0),
        };
      },
    }),
  );

/** When each action was last asked for and allowed, by its name as our services spell it. */
async function lastUses(groups: readonly AccessGroup[]): Promise<Map<string, number>> {
  const last = new Map<string, number>();
  for await (const { access, lastMs } of inTurns(groups))
    for (const { access: asked, allowed } of readAskedAccess(access)?.questions ?? [])
      if (allowed) last.set(asked.action, Math.max(lastMs, last.get(asked.action) ?? 0));
  return last;
}

/** `LastUsedTime` is absent for a key that was not used in the period. */
async function keysOf(deps: IamDeps, read: SettingsQueries, entity: EntityRow, period: Period) {
  const keys = await read
    .selectFrom("iam_access_keys")
    .select(["access_key_id", "status", "created_ms"])
    .where("owner_id", "=", entity.entity_id)
    .orderBy("created_ms")
    .execute();
  const accessKeyIds = keys.map((key) => key.access_key_id);
  const used = await deps.accessHistory.keysUsed({ accountId: entity.account_id, accessKeyIds, ...period });
  return keys.map(({ access_key_id: id, status, created_ms }) => ({
    AccessKeyId: id,
    Status: status,
    CreateTime: created_ms / 1000,
    ...(used.has(id) && { LastUsedTime: used.get(id)! / 1000 }),
  }));
}
