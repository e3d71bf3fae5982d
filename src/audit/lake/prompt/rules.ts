import { eventSourceOf } from "./services.js";

/** What rows of an answer are told apart by. */
export type Dimension =
  | "user"
  | "operation"
  | "service"
  | "region"
  | "address"
  | "error"
  | "account"
  | "role"
  | "client";
export type Period = "minute" | "hour" | "day" | "week" | "month";

/** What a prompt asks for. */
export interface Intent {
  /** SQL, all of which must hold. */
  readonly conditions: string[];
  readonly dimensions: Set<Dimension>;
  period?: Period;
  counted: boolean;
  limit?: number;
  oldestFirst?: boolean;
  /** In words, for a refusal. */
  readonly understood: string[];
}

export interface Rule {
  readonly pattern: RegExp;
  /** @returns what was understood; undefined if the words are not this rule's after all. */
  apply(intent: Intent, groups: readonly (string | undefined)[]): string | undefined;
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** A rule that adds a condition. */
function condition(pattern: RegExp, sql: (...groups: string[]) => string | undefined, said: string): Rule {
  return {
    pattern,
    apply(intent, groups) {
      const text = sql(...groups.map((group) => group ?? ""));
      if (text === undefined) return undefined;
      intent.conditions.push(text);
      return said.replace("$1", groups[0] ?? "");
    },
  };
}

function dimension(pattern: RegExp): Rule {
  return {
    pattern,
    apply(intent, groups) {
      const word = (groups.at(-1) ?? "").toLowerCase();
      const found = dimensionOf(word);
      if (found === undefined) return undefined;
      intent.dimensions.add(found);
      intent.counted = true;
      return `by ${found}`;
    },
  };
}

const nouns: readonly (readonly [Dimension, RegExp])[] = [
  ["user", /^(users?|principals?|identit(y|ies)|callers?|people|persons?|who)$/],
  ["operation", /^(operations?|api calls?|apis?|events?|event names?|actions?|calls?)$/],
  ["service", /^(services?|event sources?)$/],
  ["region", /^regions?$/],
  ["address", /^(source )?(ips?|ip address(es)?|address(es)?)$/],
  ["error", /^(errors?|error codes?)$/],
  ["account", /^accounts?$/],
  ["role", /^roles?$/],
  ["client", /^(user agents?|clients?|sdks?)$/],
];
const noun =
  "(users?|principals?|identit(?:y|ies)|callers?|people|api calls?|apis?|operations?|event names?|events?|actions?|calls?|services?|event sources?|regions?|source ip address(?:es)?|ip address(?:es)?|ips?|address(?:es)?|error codes?|errors?|accounts?|roles?|user agents?|clients?|sdks?)";

function dimensionOf(word: string): Dimension | undefined {
  return nouns.find(([, pattern]) => pattern.test(word))?.[0];
}

/** Words that end a name rather than being one. */
const notName =
  "(?!(?:in|over|during|for|and|per|with|without|from|since|last|past|on|at|today|yesterday|between|within|where|who|that|the|each|every|a|an|of|to|by|this|were|was|did|have|has|made|is|are|agents?)\\b)";
const name = `${notName}([\\w.@+=-]+)`;
const unit = "(minute|hour|day|week|month|year)s?";
const moment = "(\\d{4}-\\d{2}-\\d{2}(?:[ T]\\d{2}:\\d{2}(?::\\d{2})?)?)Z?";
const timestamp = (text: string) => {
  const full = text.length === 10 ? `${text} 00:00:00` : `${text.replace("T", " ")}${text.length === 16 ? ":00" : ""}`;
  return Number.isNaN(Date.parse(`${full.replace(" ", "T")}Z`)) ? undefined : `timestamp '${full}'`;
};

const ago = (count: number, of: string) => `eventtime >= date_add('${of.toLowerCase()}', -${count}, now())`;
const numbers = [
  "zero",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
];
const numberOf = (text: string) =>
  /^\d+$/.test(text) ? Number(text) : Math.max(numbers.indexOf(text.toLowerCase()), 1);
const number = `(\\d{1,4}|${numbers.slice(1).join("|")})`;

const times: readonly Rule[] = [
  condition(
    new RegExp(`\\bbetween ${moment} and ${moment}`, "gi"),
    (from, to) => {
      const [low, high] = [timestamp(from!), timestamp(to!)];
      return low && high && `eventtime BETWEEN ${low} AND ${high}`;
    },
    "between two times",
  ),
  condition(
    new RegExp(`\\b(?:since|after|from) ${moment}`, "gi"),
    (at) => prefixed("eventtime >= ", timestamp(at!)),
    "since $1",
  ),
  condition(
    new RegExp(`\\b(?:before|until) ${moment}`, "gi"),
    (at) => prefixed("eventtime < ", timestamp(at!)),
    "before $1",
  ),
  condition(
    /\bon (\d{4}-\d{2}-\d{2})\b/gi,
    (day) => {
      const start = timestamp(day!);
      return start && `eventtime >= ${start} AND eventtime < ${start} + interval '1' day`;
    },
    "on $1",
  ),
  condition(
    new RegExp(`\\b(?:(?:in|within|during|over|for|from) )?(?:the )?(?:last|past|previous) ${number} ${unit}\\b`, "gi"),
    (count, of) => ago(numberOf(count!), of!),
    "a time span",
  ),
  condition(
    new RegExp(`\\b(?:(?:in|within|during|over|for|from) )?(?:the )?(?:last|past|previous) ${unit}\\b`, "gi"),
    (of) => ago(1, of!),
    "the last $1",
  ),
  condition(/\btoday\b/gi, () => "eventtime >= date_trunc('day', now())", "today"),
  condition(
    /\byesterday\b/gi,
    () => "eventtime >= date_trunc('day', now()) - interval '1' day AND eventtime < date_trunc('day', now())",
    "yesterday",
  ),
  condition(
    /\bthis (hour|week|month|year)\b/gi,
    (of) => `eventtime >= date_trunc('${of!.toLowerCase()}', now())`,
    "this $1",
  ),
];

function prefixed(prefix: string, text: string | undefined): string | undefined {
  return text && prefix + text;
}

const counts: readonly Rule[] = [
  {
    pattern: new RegExp(
      `\\b(?:the )?top ${number}? ?(?:most )?(?:active |frequent |common |used |called )?${noun}\\b`,
      "gi",
    ),
    apply: (intent, [count, what]) => top(intent, count, what),
  },
  {
    pattern: new RegExp(
      `\\b(?:the )?${number} (?:most|busiest) (?:active |frequent |frequently |common |used |called )*${noun}\\b`,
      "gi",
    ),
    apply: (intent, [count, what]) => top(intent, count, what),
  },
  {
    pattern: new RegExp(
      `\\b(?:the )?most (?:active |frequent |frequently |common |commonly |often |used |called )+${noun}\\b`,
      "gi",
    ),
    apply: (intent, [what]) => top(intent, undefined, what),
  },
  {
    pattern:
      /\b(?:(?:per|by|for each|each|every|grouped by|group by) (minute|hour|day|week|month)|(hourly|daily|weekly|monthly))\b/gi,
    apply(intent, [word, adverb]) {
      const ofAdverb = { hourly: "hour", daily: "day", weekly: "week", monthly: "month" } as const;
      intent.period = (word?.toLowerCase() ?? ofAdverb[adverb!.toLowerCase() as keyof typeof ofAdverb]) as Period;
      intent.counted = true;
      return `per ${intent.period}`;
    },
  },
  {
    pattern: /\b(?:how many times|how many|how often|(?:the )?(?:total )?number of|count(?: of)?)\b/gi,
    apply(intent) {
      intent.counted = true;
      return "a count";
    },
  },
];

function top(intent: Intent, count: string | undefined, what: string | undefined): string | undefined {
  const found = dimensionOf((what ?? "").toLowerCase());
  if (found === undefined) return undefined;
  intent.dimensions.add(found);
  intent.counted = true;
  intent.limit = count === undefined ? 10 : numberOf(count);
  return `the top ${intent.limit} by ${found}`;
}

const named: readonly Rule[] = [
  condition(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, () => undefined, ""),
  condition(
    /(arn:aws[\w-]*:(?:iam|sts)::[^\s,;?]*[\w/*+=@.-])/g,
    (arn) => `useridentity.arn = ${quoted(arn!)}`,
    "the identity $1",
  ),
  condition(
    /(arn:aws[\w-]*:[^\s,;?]*[\w/*+=@.-])/g,
    (arn) => `any_match(resources, r -> r.arn = ${quoted(arn!)})`,
    "the resource $1",
  ),
  condition(
    /(?:\b(?:by|with|of|using|from) )?(?:the )?(?:access )?(?:key )?\b(A[KS]IA[A-Z0-9]{12,17})\b/g,
    (key) => `useridentity.accesskeyid = ${quoted(key!)}`,
    "the access key $1",
  ),
  condition(
    /(?:\b(?:from )?(?:the )?(?:source )?(?:ip )?(?:address )?)\b(\d{1,3}(?:\.\d{1,3}){3})\b/gi,
    (address) => `sourceipaddress = ${quoted(address!)}`,
    "the address $1",
  ),
  condition(
    /\b(?:(?:in|from) )?(?:the )?(?:region )?([a-z]{2}(?:-[a-z]+)+-\d)\b/gi,
    (region) => `awsregion = ${quoted(region!.toLowerCase())}`,
    "the region $1",
  ),
  condition(
    /\b(?:(?:from|in|of|by) )?(?:the )?(?:account )(\d{12})\b/gi,
    (account) => `useridentity.accountid = ${quoted(account!)}`,
    "the account $1",
  ),
  condition(
    new RegExp(`\\b(?:by|of|for|from)? ?(?:the )?role (?:named |called )?${name}`, "gi"),
    (role) => `useridentity.sessioncontext.sessionissuer.username = ${quoted(role!)}`,
    "the role $1",
  ),
  condition(
    /\b(?:(?:by|from|of) )?(?:the )?root(?: user| account)?\b/gi,
    () => "useridentity.type = 'Root'",
    "the root user",
  ),
];

const users = (pattern: RegExp): Rule =>
  condition(
    pattern,
    (user) =>
      `(useridentity.username = ${quoted(user!)} OR useridentity.sessioncontext.sessionissuer.username = ${quoted(user!)} OR useridentity.arn LIKE ${quoted(`%/${user}`)})`,
    "the user $1",
  );

const outcomes: readonly Rule[] = [
  condition(
    /\b(?:console )?(?:log[- ]?ins?|logged in|sign[- ]?ins?|signed in)(?: to the console)?\b/gi,
    () => "eventname = 'ConsoleLogin'",
    "console sign-ins",
  ),
  condition(/\bwithout (?:using )?mfa\b/gi, () => "element_at(additionaleventdata, 'MFAUsed') = 'No'", "without MFA"),
  condition(/\bwith mfa\b/gi, () => "element_at(additionaleventdata, 'MFAUsed') = 'Yes'", "with MFA"),
  condition(
    /\b(?:access[- ])?(?:denied|denials?|unauthori[sz]ed|forbidden|refused)(?: access)?(?: errors?)?\b/gi,
    () => "(errorcode LIKE '%AccessDenied%' OR errorcode LIKE '%Unauthorized%')",
    "denied",
  ),
  condition(
    /\bthrottl(?:ed|ing)(?: errors?)?\b/gi,
    () => "(errorcode LIKE '%Throttl%' OR errorcode LIKE '%RequestLimitExceeded%')",
    "throttled",
  ),
  condition(
    /\b(?:not |un)success(?:ful|fully)?\b|\b(?:failed|failures?|failing|errors?|errored)\b/gi,
    () => "errorcode IS NOT NULL",
    "errors",
  ),
  condition(/\b(?:successful(?:ly)?|succeeded|without errors?)\b/gi, () => "errorcode IS NULL", "successes"),
  condition(/\bread[- ]?only\b|\breads\b/gi, () => "readonly = true", "reads"),
  condition(
    /\b(?:changes|changed|writes|write|modifications|mutations|mutating)\b/gi,
    () => "readonly = false",
    "changes",
  ),
  condition(/\bmanagement(?= events?| calls?)\b/gi, () => "eventcategory = 'Management'", "management events"),
];

const things =
  "(buckets?|trails?|access keys?|keys?|roles?|polic(?:y|ies)|groups?|sampling rules?|traces?|instances?|topics?|functions?|tables?|secrets?|snapshots?|volumes?|security groups?|users?|log groups?|event data stores?|dashboards?|channels?)";
const verbs: Readonly<Record<string, string>> = {
  creat: "Create",
  delet: "Delete",
  remov: "Remove",
  updat: "Update",
  modif: "Modify",
  attach: "Attach",
  detach: "Detach",
  start: "Start",
  stop: "Stop",
};

const operations: readonly Rule[] = [
  condition(
    new RegExp(`\\b(${Object.keys(verbs).join("|")})\\w* (?:an? |the |any |some )?${things}\\b`, "gi"),
    (verb, thing) => `eventname LIKE '${verbs[verb!.toLowerCase()]}%${thingName(thing!)}%'`,
    "what was done to a kind of thing",
  ),
  condition(
    new RegExp(`\\b${things} (?:were |was |got |being )?(${Object.keys(verbs).join("|")})\\w*\\b`, "gi"),
    (thing, verb) => `eventname LIKE '${verbs[verb!.toLowerCase()]}%${thingName(thing!)}%'`,
    "what was done to a kind of thing",
  ),
  {
    // Several names are alternatives, so they are gathered first.
    pattern:
      /\b([A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+(?:(?:,| and| or|, and|, or) [A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+)*)(?: (?:api )?(?:calls?|events?|operations?|requests?)\b)?/g,
    apply(intent, [list]) {
      const found =
        (list ?? "").match(/[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+/g)?.filter((word) => word !== "CloudTrail") ?? [];
      if (found.length === 0) return undefined;
      intent.conditions.push(
        found.length === 1 ? `eventname = ${quoted(found[0]!)}` : `eventname IN (${found.map(quoted).join(", ")})`,
      );
      return found.join(", ");
    },
  },
  condition(
    /\b((?:aws |amazon )?[a-z0-9-]+(?:\.amazonaws\.com)?)(?: service)?\b/gi,
    (word) => {
      const source = eventSourceOf(word!);
      return source && `eventsource = '${source}'`;
    },
    "the service $1",
  ),
];

function thingName(text: string): string {
  const singular = text.toLowerCase().replace(/ies$/, "y").replace(/s$/, "");
  return singular
    .split(" ")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

const order: readonly Rule[] = [
  {
    pattern: new RegExp(`\\b(?:the )?(?:(?:last|latest|newest|most recent) ${number}|limit ${number})\\b`, "gi"),
    apply(intent, [one, other]) {
      intent.limit = numberOf(one ?? other ?? "");
      return `${intent.limit} rows`;
    },
  },
  {
    pattern: new RegExp(`\\b(?:the )?(?:first|oldest|earliest) ${number}\\b`, "gi"),
    apply(intent, [count]) {
      intent.limit = numberOf(count ?? "");
      intent.oldestFirst = true;
      return `the oldest ${intent.limit}`;
    },
  },
  {
    pattern: /\b(?:latest|newest|most recent)\b/gi,
    apply: () => "newest first",
  },
  {
    pattern: /\b(?:the )?most(?: often| frequently)?\b/gi,
    apply(intent) {
      intent.counted = true;
      return "most first";
    },
  },
  {
    pattern: /\b(?:oldest|earliest)\b/gi,
    apply(intent) {
      intent.oldestFirst = true;
      return "oldest first";
    },
  },
];

/** In order: what is most particular first, so that it is not taken apart by what is less. */
export const rules: readonly Rule[] = [
  ...times,
  ...counts,
  ...named,
  users(new RegExp(`\\b(?:by|of|for|from)? ?(?:the )?(?:user|username) (?:named |called )?${name}`, "gi")),
  dimension(new RegExp(`\\b(?:per|by|for each|each|grouped by|group by|across) ${noun}\\b`, "gi")),
  ...operations,
  ...outcomes,
  dimension(new RegExp(`\\b(?:which|what|whose) (?:different |distinct )?${noun}\\b`, "gi")),
  {
    pattern: /\bwho\b/gi,
    apply(intent) {
      intent.dimensions.add("user");
      intent.counted = true;
      return "by user";
    },
  },
  users(new RegExp(`\\bby ${name}`, "gi")),
  ...order,
];
