import { arrayRules } from "./arrays.js";
import { conditionalRules } from "./conditionals.js";
import { dateRules } from "./dates.js";
import { jsonRules } from "./json.js";
import { lambdaRules } from "./lambdas.js";
import { mapRules } from "./maps.js";
import { mathRules } from "./math.js";
import { regexRules } from "./regex.js";
import type { Rules } from "./rules.js";
import { stringRules } from "./strings.js";

/** Every function that is not an aggregate, by its name. */
export const scalarRules: Rules = {
  ...conditionalRules,
  ...stringRules,
  ...regexRules,
  ...jsonRules,
  ...mathRules,
  ...dateRules,
  ...mapRules,
  ...lambdaRules,
  // Also `concat` and `reverse`, which take text as well as arrays.
  ...arrayRules,
};
