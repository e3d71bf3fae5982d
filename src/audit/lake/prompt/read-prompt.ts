import { type Dimension, type Intent, type Rule, rules } from "./rules.js";

/** A prompt that is not covered whole. The message says what was understood and what was not. */
export class PromptNotUnderstood extends Error {
  override readonly name = "PromptNotUnderstood";
}

/** Words that ask for nothing by themselves. */
const filler = new Set(
  (
    "a about activities activity actions all an and any api apis are at called calling calls can cloudtrail data did do does each " +
    "event events every find for from get give had happened has have i in is it its list logged logs made me my of on " +
    "operations or out performed please query records requests return results see select show tell than that the their " +
    "there these they this through to use used using was we were what when where which with you"
  ).split(" "),
);

/**
 * Reads what a prompt asks for. Each rule takes the words it knows out of the prompt; what is left must be words that ask
 * for nothing. So a prompt is answered whole or not at all: a word that was passed over might have been the one that mattered.
 *
 * @throws PromptNotUnderstood
 */
export function readPrompt(prompt: string): Intent {
  const intent: Intent = { conditions: [], dimensions: new Set<Dimension>(), counted: false, understood: [] };
  let rest = ` ${prompt.replace(/\s+/g, " ").trim()} `;
  for (const rule of rules) rest = applied(rule, rest, intent);
  const words = rest.match(/[\p{L}\p{N}][\p{L}\p{N}_.'@/:-]*/gu) ?? [];
  const left = words.map((word) => word.replace(/[.:]+$/, "")).filter((word) => !filler.has(word.toLowerCase()));
  const understood = intent.understood.join(", ");
  if (left.length > 0)
    throw new PromptNotUnderstood(
      `The prompt could not be made into a query. Understood: ${understood || "nothing"}. Not understood: ${left.slice(0, 10).join(", ")}.`,
    );
  if (understood === "")
    throw new PromptNotUnderstood(
      "The prompt could not be made into a query. Name operations, services, users, errors or a time span.",
    );
  return intent;
}

function applied(rule: Rule, text: string, intent: Intent): string {
  return text.replace(rule.pattern, (match: string, ...groups: unknown[]) => {
    const said = rule.apply(
      intent,
      groups.filter((group) => typeof group !== "object").slice(0, -2) as (string | undefined)[],
    );
    if (said === undefined) return match;
    intent.understood.push(said);
    return " ";
  });
}
