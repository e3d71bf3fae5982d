import type { SettingsStore } from "../../../storage/settings-store.js";
import { compileFilterPattern } from "../filter-pattern/filter-pattern.js";
import type { CompiledFilter } from "./measure.js";
import { readFilters, transformationOf } from "./metric-filters.js";

/** Patterns kept compiled; beyond, they are compiled again. */
const compiledMax = 1000;

/** The metric filters of a group, each compiled once. */
export function compiledFilters(settings: SettingsStore) {
  const compiled = new Map<string, CompiledFilter>();
  return {
    async of(groupId: string): Promise<CompiledFilter[]> {
      const rows = await readFilters(settings.read, groupId);
      return rows.map((row) => {
        const key = JSON.stringify([row.pattern, row.transformation]);
        const known = compiled.get(key);
        if (known !== undefined) return known;
        if (compiled.size >= compiledMax) compiled.clear();
        const filter = { pattern: compileFilterPattern(row.pattern), transformation: transformationOf(row) };
        compiled.set(key, filter);
        return filter;
      });
    },
  };
}
