import { conditionalRules } from "./conditionals.js";
import { dateRules } from "./dates.js";
import { nestedRules } from "./nested.js";
import type { Rules } from "./rules.js";

/** Every function that is not an aggregate, by its name. */
export const scalarRules: Rules = { ...conditionalRules, ...dateRules, ...nestedRules };
