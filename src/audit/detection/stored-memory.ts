import type { SettingsTransaction } from "../../storage/settings-store.js";
import { type Memory, memoryMs } from "../sigma/tracking.js";
import type { Match } from "./rule-set.js";
import type { RuleMemory } from "./track-matches.js";

/** What rules of one account remember, in the transaction in which it changes. */
export function storedMemory(tx: SettingsTransaction, accountId: string): RuleMemory {
  const placeOf = ({ ruleId, rule }: Match) => ({
    account_id: accountId,
    rule_id: ruleId,
    memory_version: rule.memoryVersion,
  });

  return {
    /** The first match is early enough: what a rule learns are matches. */
    async since(match) {
      const place = placeOf(match);
      const row = await tx
        .selectFrom("detection_beginnings")
        .select("since_ms")
        .where("account_id", "=", accountId)
        .where("rule_id", "=", place.rule_id)
        .where("memory_version", "=", place.memory_version)
        .executeTakeFirst();
      if (row !== undefined) return row.since_ms;
      await tx
        .insertInto("detection_beginnings")
        .values({ ...place, since_ms: match.timeMs })
        .execute();
      return match.timeMs;
    },

    async read(match, item) {
      const place = placeOf(match);
      const row = await tx
        .selectFrom("detection_memories")
        .select("memory")
        .where("account_id", "=", accountId)
        .where("rule_id", "=", place.rule_id)
        .where("memory_version", "=", place.memory_version)
        .where("item", "=", item)
        .executeTakeFirst();
      return row && (JSON.parse(row.memory) as Memory);
    },

    async write(match, item, memory) {
      const { tracking } = match.rule;
      const row = { memory: JSON.stringify(memory), forget_ms: match.timeMs + 2 * memoryMs(tracking) };
      await tx
        .insertInto("detection_memories")
        .values({ ...placeOf(match), item, ...row })
        .onConflict((conflict) =>
          conflict.columns(["account_id", "rule_id", "memory_version", "item"]).doUpdateSet(row),
        )
        .execute();
    },
  };
}
