import type { AccessRequest, AnswersBeside, Decision } from "./access.js";

/** Of one call; more are counted and not kept. A deletion of objects asks for each of a thousand. */
const questionsMax = 1_000;
const textLengthMax = 64 * 1024;

/** Condition keys, in lower case, whose values may hold secrets, as addresses of receivers do: these are not kept. */
export const unkeptKeys: ReadonlySet<string> = new Set(["sns:endpoint"]);

/** One question that a call asked of policies, with all that cannot be read from the record of the call. */
export interface AskedQuestion extends AnswersBeside {
  readonly access: AccessRequest;
  /** True where only a policy of the resource can allow; see `AccessRequest.resourcePolicy`. */
  readonly grantRequired: boolean;
  readonly allowed: boolean;
  /** False where the call went on without it. */
  readonly demanded: boolean;
  /** True where not all rows were allowed. */
  readonly limited: boolean;
}

/** Members of a question beside action and resource, where they are not what they are for most. */
interface Rest extends AnswersBeside {
  readonly account?: string;
  readonly conditions?: AccessRequest["conditions"];
  readonly viaService?: true;
  readonly multiFactorNow?: true;
  readonly rows?: AccessRequest["rows"];
  readonly limited?: true;
  readonly grantRequired?: true;
  readonly refused?: true;
  readonly optional?: true;
}

type Written = readonly [action: string, resource: string, rest?: Rest];

/**
 * The questions of one call, as a text that is kept beside its record: what was asked, and what no later reader can
 * ask again. A JSON array of `[action, resource, rest?]`, at its end the number of questions left out, if any. Most calls ask
 * one question and have nothing to add, so their texts are alike.
 */
export class AskedAccess {
  #text = "";
  #count = 0;
  #omitted = 0;

  /** @param accountId the caller's, which owns what names no other owner. */
  add(accountId: string, access: AccessRequest, decision: Decision, demanded: boolean): void {
    const { action, resource } = access;
    const rest = restOf(accountId, access, decision, demanded);
    const question: string =
      rest === undefined && resource === "*"
        ? `["${action}","*"]`
        : JSON.stringify((rest === undefined ? [action, resource] : [action, resource, rest]) satisfies Written);
    if (this.#count >= questionsMax || this.#text.length + question.length > textLengthMax) {
      this.#omitted++;
      return;
    }
    this.#text += this.#count++ === 0 ? question : `,${question}`;
  }

  text(): string {
    if (this.#omitted === 0) return `[${this.#text}]`;
    return this.#count === 0 ? `[${this.#omitted}]` : `[${this.#text},${this.#omitted}]`;
  }
}

function restOf(
  accountId: string,
  { resourceAccountId, conditions, viaService, multiFactorNow, rows, resourcePolicy }: AccessRequest,
  decision: Decision,
  demanded: boolean,
): Rest | undefined {
  const { allowed, resourceAnswer, sessionAnswer } = decision;
  const elsewhere = resourceAccountId !== undefined && resourceAccountId !== accountId;
  const required = resourcePolicy?.required === true;
  const kept = conditions && keptOf(conditions);
  const answered = resourceAnswer !== undefined || sessionAnswer !== undefined;
  const plain = !elsewhere && !kept && !viaService && !multiFactorNow && !rows && !required && !answered;
  if (plain && allowed && demanded) return undefined;
  return {
    ...(elsewhere && { account: resourceAccountId }),
    ...(kept && { conditions: kept }),
    ...(viaService && { viaService }),
    ...(multiFactorNow && { multiFactorNow }),
    ...(rows && { rows }),
    ...(decision.allowed && decision.rows && { limited: true }),
    ...(required && { grantRequired: true }),
    ...(resourceAnswer && { resourceAnswer }),
    ...(sessionAnswer && { sessionAnswer }),
    ...(!allowed && { refused: true }),
    ...(!demanded && { optional: true }),
  };
}

function keptOf(conditions: NonNullable<AccessRequest["conditions"]>): AccessRequest["conditions"] {
  const kept = Object.entries(conditions).filter(([key]) => !unkeptKeys.has(key.toLowerCase()));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** @returns what `AskedAccess` wrote; undefined for what was recorded before it was. */
export function readAskedAccess(text: string): { questions: AskedQuestion[]; omitted: number } | undefined {
  if (text === "") return undefined;
  const written = JSON.parse(text) as (Written | number)[];
  const questions: AskedQuestion[] = [];
  let omitted = 0;
  for (const one of written)
    if (typeof one === "number") omitted = one;
    else questions.push(questionOf(one));
  return { questions, omitted };
}

function questionOf([action, resource, rest = {}]: Written): AskedQuestion {
  const {
    account,
    conditions,
    viaService,
    multiFactorNow,
    rows,
    limited,
    grantRequired,
    refused,
    optional,
    ...beside
  } = rest;
  return {
    access: {
      action,
      resource,
      ...(account !== undefined && { resourceAccountId: account }),
      ...(conditions && { conditions }),
      ...(viaService && { viaService }),
      ...(multiFactorNow && { multiFactorNow }),
      ...(rows && { rows }),
    },
    grantRequired: grantRequired === true,
    allowed: refused !== true,
    demanded: optional !== true,
    limited: limited === true,
    ...beside,
  };
}
