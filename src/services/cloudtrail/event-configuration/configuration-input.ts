import type {
  ContextKeySelector as InputSelector,
  PutEventConfigurationCommandInput,
} from "@aws-sdk/client-cloudtrail";
import { type AggregationTemplate, aggregationTemplates } from "../../../audit/aggregation.js";
import { type ContextKeySelector, type EventConfiguration, requestContextNames } from "../../../audit/event-context.js";
import { Constraints } from "../../constraints.js";
import { cloudTrailError } from "../errors.js";

const keysMax = 50;
const keyCharsMax = 128;

type Input = PutEventConfigurationCommandInput;

/** What a trail is to sum up. @throws ValidationException, InvalidParameter, InvalidParameterCombination */
export function wantedAggregations(input: Input): readonly AggregationTemplate[] {
  if (input.MaxEventSize !== undefined || input.ContextKeySelectors !== undefined)
    throw combination("MaxEventSize and ContextKeySelectors are for event data stores, not for trails.");
  if (input.AggregationConfigurations === undefined)
    throw invalid("AggregationConfigurations must be given for a trail; an empty list turns aggregation off.");
  const constraints = new Constraints().length("aggregationConfigurations", input.AggregationConfigurations, {
    max: 1,
  });
  for (const [index, { EventCategory, Templates = [] }] of input.AggregationConfigurations.entries()) {
    const path = `aggregationConfigurations.${index + 1}.member`;
    constraints.oneOf(`${path}.eventCategory`, EventCategory, ["Data"]);
    constraints.length(`${path}.templates`, Templates, { min: 1, max: keysMax });
    for (const [at, template] of Templates.slice(0, keysMax).entries())
      constraints.oneOf(`${path}.templates.${at + 1}.member`, template, aggregationTemplates);
  }
  constraints.check();
  const templates = (input.AggregationConfigurations[0]?.Templates ?? []) as AggregationTemplate[];
  if (new Set(templates).size < templates.length) throw invalid("A template is given more than once.");
  return templates;
}

/**
 * What a store is to keep of its events. What is not given is the default: `Standard`, no keys.
 *
 * @throws ValidationException, InvalidParameter, InvalidParameterCombination
 */
export function wantedConfiguration(input: Input): EventConfiguration {
  if (input.AggregationConfigurations !== undefined)
    throw combination("AggregationConfigurations are for trails, not for event data stores.");
  if (input.MaxEventSize === undefined && input.ContextKeySelectors === undefined)
    throw invalid("MaxEventSize or ContextKeySelectors must be given for an event data store.");
  const selectors = input.ContextKeySelectors ?? [];
  const constraints = new Constraints()
    .oneOf("maxEventSize", input.MaxEventSize, ["Standard", "Large"])
    .length("contextKeySelectors", selectors, { max: 2 });
  for (const [index, selector] of selectors.slice(0, 2).entries())
    checkSelector(constraints, `contextKeySelectors.${index + 1}.member`, selector);
  constraints.check();
  for (const { Type, Equals = [] } of selectors) {
    if (new Set(Equals).size < Equals.length) throw invalid(`A key of ${Type} is given more than once.`);
    const unknown = Type === "RequestContext" && Equals.find((key) => !requestContextNames.includes(key));
    if (unknown) throw invalid(`${unknown} is not a key of the request context: ${requestContextNames.join(", ")}.`);
  }
  if (new Set(selectors.map(({ Type }) => Type)).size < selectors.length)
    throw invalid("There can be one selector of each type.");
  const maxEventSize = input.MaxEventSize ?? "Standard";
  if (selectors.length > 0 && maxEventSize !== "Large")
    throw combination("MaxEventSize must be Large where ContextKeySelectors are given.");
  return { maxEventSize, contextKeySelectors: selectors as readonly ContextKeySelector[] };
}

function checkSelector(constraints: Constraints, path: string, { Type, Equals = [] }: InputSelector): void {
  constraints.oneOf(`${path}.type`, Type, ["TagContext", "RequestContext"]);
  constraints.length(`${path}.equals`, Equals, { min: 1, max: keysMax });
  for (const [at, key] of Equals.slice(0, keysMax).entries())
    constraints.length(`${path}.equals.${at + 1}.member`, key, { min: 1, max: keyCharsMax });
}

function combination(message: string) {
  return cloudTrailError("InvalidParameterCombination", message);
}

function invalid(message: string) {
  return cloudTrailError("InvalidParameter", message);
}
