/** What a keyword is, which decides how it may be compared. */
export type KeywordKind = "boolean" | "number" | "text";

const ofRequest = {
  ok: "boolean",
  error: "boolean",
  fault: "boolean",
  throttle: "boolean",
  responsetime: "number",
  duration: "number",
  "http.status": "number",
  "http.url": "text",
  "http.method": "text",
  "http.useragent": "text",
  "http.clientip": "text",
  user: "text",
  availabilityzone: "text",
  "instance.id": "text",
  "resource.arn": "text",
} as const;

const ofListElement = { first: "boolean", last: "boolean", index: "number", name: "text" } as const;

/**
 * Keywords by the place where they may stand. A call has no user, zone, instance, resource, client address or user agent
 * of its own: in the braces of an edge these keywords are allowed and never set.
 *
 * Source: AWS X-Ray Developer Guide, "Using filter expressions".
 */
export const keywords = {
  trace: { ...ofRequest, partial: "boolean", inferred: "boolean", "account.id": "text" },
  service: {
    ...ofRequest,
    inferred: "boolean",
    root: "boolean",
    name: "text",
    type: "text",
    "account.id": "text",
  },
  edge: ofRequest,
  causeService: { ...ofListElement, inferred: "boolean", type: "text" },
  causeEntity: { ...ofListElement, remote: "boolean" },
  slowEntity: { ...ofListElement, remote: "boolean", coverage: "number" },
  causeException: { ...ofListElement, message: "text" },
} as const satisfies Record<string, Record<string, KeywordKind>>;

export type Place = keyof typeof keywords;
/** Of several places: what is a keyword at any of them. */
export type KeywordOf<P extends Place> = P extends Place ? keyof (typeof keywords)[P] : never;

/** The place as messages name it. */
export const placeNames: Readonly<Record<Place, string>> = {
  trace: "outside of braces",
  service: "in the braces of service()",
  edge: "in the braces of edge()",
  causeService: "in the braces of a root cause's service",
  causeEntity: "in the braces of a fault's or error's entity",
  slowEntity: "in the braces of rootcause.responsetime.entity",
  causeException: "in the braces of a root cause's exception",
};

export function kindOf(place: Place, keyword: string): KeywordKind | undefined {
  const kinds: Readonly<Record<string, KeywordKind>> = keywords[place];
  return Object.hasOwn(kinds, keyword) ? kinds[keyword] : undefined;
}

export function placesOf(keyword: string): Place[] {
  return (Object.keys(keywords) as Place[]).filter((place) => kindOf(place, keyword) !== undefined);
}
