import type { SamplingRule } from "@aws-sdk/client-xray";
import { texts } from "../../texts/sampling.js";

/**
 * What a rule does, as one says it: `Of POST requests to /checkout of service web: the first 1 a second, and 5 % of the
 * rest.`
 */
export function ruleInWords(rule: SamplingRule): string {
  return `${requestsOf(rule)}: ${amountOf(rule)}.${boostOf(rule)}`;
}

function requestsOf(rule: SamplingRule): string {
  const { words } = texts;
  const { HTTPMethod, URLPath, ServiceName, ServiceType, Host, ResourceARN, Attributes = {} } = rule;
  const narrowed = [
    ...(isAny(URLPath) ? [] : [words.to(URLPath!)]),
    ...(isAny(ServiceName) ? [] : [words.ofService(ServiceName!, isPattern(ServiceName!))]),
    ...(isAny(ServiceType) ? [] : [words.ofType(ServiceType!)]),
    ...(isAny(Host) ? [] : [words.onHost(Host!)]),
    ...(isAny(ResourceARN) ? [] : [words.onResource(ResourceARN!)]),
    ...Object.entries(Attributes).map(([key, value]) => words.withAttribute(key, value)),
  ];
  if (isAny(HTTPMethod) && narrowed.length === 0) return words.everything;
  return [isAny(HTTPMethod) ? words.requests : words.methodRequests(HTTPMethod!), ...narrowed].join(" ");
}

function amountOf({ ReservoirSize = 0, FixedRate = 0 }: SamplingRule): string {
  const { words } = texts;
  if (FixedRate >= 1) return words.all;
  if (ReservoirSize === 0) return FixedRate === 0 ? words.none : words.share(percentText(FixedRate));
  return words.first(ReservoirSize, FixedRate === 0 ? undefined : percentText(FixedRate));
}

function boostOf({ SamplingRateBoost: boost, FixedRate = 0 }: SamplingRule): string {
  if (boost?.MaxRate === undefined || boost.MaxRate <= FixedRate) return "";
  return ` ${texts.words.boost(percentText(boost.MaxRate), boost.CooldownWindowMinutes ?? 0)}`;
}

/** `5 %`, `0.05 %`: no more digits than there are. */
export function percentText(rate: number): string {
  return `${Number((rate * 100).toPrecision(10))} %`;
}

function isAny(pattern: string | undefined): boolean {
  return pattern === undefined || pattern === "*" || pattern === "";
}

function isPattern(pattern: string): boolean {
  return /[*?]/.test(pattern);
}
