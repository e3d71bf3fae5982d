import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileMasker, unreadableExample } from "./masker.js";
import { type MaskingRule, maskingLimits, problemOfTargets } from "./rule.js";

const nothing: Omit<MaskingRule, "name"> = {
  annotationKeys: [],
  metadataPaths: [],
  members: [],
  queryParameters: [],
  headers: [],
  detectors: [],
  replacement: "MARK",
};
const rule = (targets: Partial<MaskingRule>): MaskingRule => ({ ...nothing, name: "rule", ...targets });
const hash = (value: string) => `h${value.length}`;
const base = { id: "53995c3f42cd8ad8", trace_id: "1-5759e988-bd862e3fe1be46a994272793", name: "shop", start_time: 1.5 };
const whole = { ...base, end_time: 2 };

function masked(targets: Partial<MaskingRule>, more: object): Record<string, unknown> {
  return JSON.parse(maskedText(targets, JSON.stringify({ ...whole, ...more })));
}

function maskedText(targets: Partial<MaskingRule>, text: string): string {
  return compileMasker([rule(targets)], hash)!.document(text);
}

describe("a masker", () => {
  it("is none where there are no rules, and leaves a document as it was sent where there is nothing to mask", () => {
    expect(compileMasker([], hash)).toBeUndefined();
    const text = `{ "metadata": {"a":1e2, "big": 12345678901234567890},${JSON.stringify(whole).slice(1)}`;
    expect(maskedText({ annotationKeys: ["customer"] }, text)).toBe(text);
    expect(maskedText({ metadataPaths: [["**", "big", "x"]] }, text)).toBe(text);
  });

  it("masks annotations by key, in subsegments too, whatever their type", () => {
    const found = masked(
      { annotationKeys: ["customer", "card*"] },
      {
        annotations: { customer: 42, card_no: "1", other: "customer" },
        subsegments: [{ ...base, annotations: { customer: true } }],
      },
    );
    expect(found).toMatchObject({
      annotations: { customer: "MASKED", card_no: "MASKED", other: "customer" },
      subsegments: [{ annotations: { customer: "MASKED" } }],
    });
  });

  it("masks metadata by path, through lists and JSON within texts", () => {
    const metadata = {
      default: { user: { email: "x", name: "n" }, users: [{ email: "y" }], body: '{"user":{"email":"z"},"n":1}' },
      other: { user: { email: "kept" } },
    };
    expect(masked({ metadataPaths: [["default", "**", "email"]] }, { metadata })["metadata"]).toEqual({
      default: {
        user: { email: "MASKED", name: "n" },
        users: [{ email: "MASKED" }],
        body: '{"user":{"email":"MASKED"},"n":1}',
      },
      other: { user: { email: "kept" } },
    });
    expect(masked({ metadataPaths: [["default", "user"]] }, { metadata })["metadata"]).toMatchObject({
      default: { user: "MASKED" },
    });
  });

  it("masks other members by path", () => {
    const found = masked(
      { members: [["user"], ["http", "request", "client_ip"], ["sql", "*"]] },
      { user: "u", http: { request: { client_ip: "10.0.0.1", url: "/" } }, sql: { user: "db", url: "x" } },
    );
    expect(found).toMatchObject({
      user: "MASKED",
      http: { request: { client_ip: "MASKED", url: "/" } },
      sql: { user: "MASKED", url: "MASKED" },
    });
  });

  it.each([
    ["https://a/b?token=abc&x=1", "https://a/b?token=MASKED&x=1"],
    ["https://a/b?x=1&TOKEN=a%20b#top", "https://a/b?x=1&TOKEN=MASKED#top"],
    ["/cb#token=abc", "/cb#token=MASKED"],
    ["token=abc", "token=MASKED"],
    ["https://a/?%74oken=abc&token[]=d&token[0]=e", "https://a/?%74oken=MASKED&token[]=MASKED&token[0]=MASKED"],
    ["GET https://a/?token=abc failed", "GET https://a/?token=MASKED failed"],
    ["/?next=https%3A%2F%2Fb%2F%3Ftoken%3Dabc", "/?next=https%3A%2F%2Fb%2F%3Ftoken%3DMASKED"],
    ["https%3A%2F%2Fb%2F%3Ftoken%3Dabc", "https%3A%2F%2Fb%2F%3Ftoken%3DMASKED"],
    ["/?tokens=abc&broken=x", "/?tokens=abc&broken=x"],
  ])("masks query parameters: %s", (url, expected) => {
    const found = masked({ queryParameters: ["token"] }, { http: { request: { url } }, sql: { url } });
    expect(found).toMatchObject({ http: { request: { url: expected } }, sql: { url: expected } });
  });

  it("masks what is named like a header, however it is written", () => {
    const metadata = {
      default: {
        "http.request.header.authorization": ["Bearer a", "Bearer b"],
        headers: { Authorization: "x", "Proxy-Authorization": "x", accept: "kept", xApiKey: "x", X_API_KEY: 5 },
        list: [{ name: "authorization", value: "x" }],
        pair: ["Authorization", "x", "accept", "kept"],
        line: "GET / HTTP/1.1\nauthorization: Bearer abc def\naccept: kept",
        curl: "curl -H 'x-api-key: abc' https://kept",
        assignment: "x_api_key=abc kept",
        fragment: 'sent {"authorization": "Bearer abc"} kept',
        authority: "kept",
      },
    };
    const found = masked(
      { headers: ["authorization", "x-api-key"] },
      {
        annotations: { http_request_header_authorization: "x" },
        metadata,
      },
    );
    expect(found).toMatchObject({ annotations: { http_request_header_authorization: "MASKED" } });
    expect(found["metadata"]).toEqual({
      default: {
        "http.request.header.authorization": ["MASKED", "MASKED"],
        headers: {
          Authorization: "MASKED",
          "Proxy-Authorization": "MASKED",
          accept: "kept",
          xApiKey: "MASKED",
          X_API_KEY: "MASKED",
        },
        list: [{ name: "authorization", value: "MASKED" }],
        pair: ["Authorization", "MASKED", "accept", "kept"],
        line: "GET / HTTP/1.1\nauthorization: MASKED\naccept: kept",
        curl: "curl -H 'x-api-key: MASKED' https://kept",
        assignment: "x_api_key=MASKED kept",
        fragment: 'sent {"authorization": "MASKED"} kept',
        authority: "kept",
      },
    });
  });

  it.each([
    ["EMAIL", "to alice.b+c@mail.example.com now", "to MASKED now"],
    ["EMAIL", "https://a/?m=alice%40example.com&x", "https://a/?m=MASKED&x"],
    ["EMAIL", "an @ alone", "an @ alone"],
    ["CARD_NUMBER", "paid with 4111 1111 1111 1111 123", "paid with MASKED 123"],
    ["CARD_NUMBER", "5555-5555-5555-4444", "MASKED"],
    ["CARD_NUMBER", "378282246310005, 4111111111111112", "MASKED, 4111111111111112"],
    ["CARD_NUMBER", "4111%201111%201111%201111", "MASKED"],
    ["CARD_NUMBER", "1700000000000 53995c3f42cd8ad8", "1700000000000 53995c3f42cd8ad8"],
    ["BEARER_TOKEN", "Authorization: Bearer abc123def456", "Authorization: Bearer MASKED"],
    ["BEARER_TOKEN", "Basic dXNlcjpwYXNz", "Basic MASKED"],
    ["BEARER_TOKEN", "basic arithmetic and bearer documents", "basic arithmetic and bearer documents"],
    ["JWT", "got eyJhbGciOiJI.eyJzdWIiOiIx.c2ln-x", "got MASKED"],
    ["AWS_KEY", "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "MASKED MASKED"],
    ["AWS_KEY", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "da39a3ee5e6b4b0d3255bfef95601890afd80709"],
    ["API_TOKEN", "ghp_0123456789abcdefghij0123456789", "MASKED"],
    ["PRIVATE_KEY", "a -----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- b", "a MASKED b"],
    ["CREDENTIAL_NAMES", "/?access_token=abc&page=2", "/?access_token=MASKED&page=2"],
  ] as const)("detects %s: %s", (detector, text, expected) => {
    const found = masked({ detectors: [detector] }, { metadata: { default: { text } }, cause: { message: text } });
    expect(found).toMatchObject({ metadata: { default: { text: expected } }, cause: { message: expected } });
  });

  it("detects in names of members, in names of segments, and in numbers; ids stay", () => {
    const found = masked(
      { detectors: ["EMAIL", "CARD_NUMBER"] },
      {
        id: "4111111111111111",
        name: "alice@example.com",
        metadata: { default: { "alice@example.com": 1, "bob@example.com": 2, card: 4111111111111111 } },
      },
    );
    expect(found).toMatchObject({
      id: "4111111111111111",
      name: "MASKED",
      metadata: { default: { MASKED: 1, "MASKED-2": 2, card: "MASKED" } },
    });
  });

  it("replaces by a mark, by a keyed hash that is the same for the same value, or keeps the last four characters", () => {
    const annotations = { customer: "1234-5678", again: "1234-5678", number: 42, text: "42", short: "1234567" };
    const by = (replacement: MaskingRule["replacement"]) =>
      masked({ annotationKeys: ["*"], replacement }, { annotations })["annotations"];
    expect(by("HASH")).toEqual({
      customer: "MASKED-h9",
      again: "MASKED-h9",
      number: "MASKED-h2",
      text: "MASKED-h2",
      short: "MASKED-h7",
    });
    expect(by("LAST4")).toMatchObject({ customer: "MASKED-5678", number: "MASKED", short: "MASKED" });
    expect(compileMasker([rule({ annotationKeys: ["c"], replacement: "HASH" })], hash)!.annotation("c", "abc")).toBe(
      "MASKED-h3",
    );
  });

  it("masks examples of what was refused, and keeps none that it cannot read", () => {
    const masker = compileMasker([rule({ headers: ["id"], detectors: ["EMAIL"] })], hash)!;
    expect(masker.example('[{"id":"alice@example.com"},"bob@example.com"]')).toBe('[{"id":"MASKED"},"MASKED"]');
    for (const text of ["{broken alice@example.com", "T1Sabc", "x".repeat(1_000_000)])
      expect(masker.example(text)).toBe(unreadableExample);
    expect(masker.example(`${"[".repeat(20_000)}"alice@example.com"${"]".repeat(20_000)}`)).not.toContain("alice");
  });

  it("counts what it masks, by rule and path", () => {
    const counted: string[] = [];
    const masker = compileMasker([rule({ detectors: ["EMAIL"] })], hash, ({ name }, path) =>
      counted.push(`${name}:${path.join("/")}`),
    )!;
    masker.document(JSON.stringify({ ...whole, metadata: { default: { "a@b.cd": ["x@y.zz"] } } }));
    expect(counted).toEqual(["rule:metadata/default", "rule:metadata/default/MASKED"]);
  });

  it("never leaves a planted value, wherever and however the document says it", () => {
    const secrets = ["alice@example.com", "4111 1111 1111 1111", "eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmVk"];
    const masker = compileMasker([rule({ detectors: ["EMAIL", "CARD_NUMBER", "JWT"] })], hash)!;
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        { weight: 3, arbitrary: fc.constant("PLANT") },
        fc.constantFrom("see PLANT!", "https://a/?q=PLANT&r=1", "kept", "-PLANT-"),
        fc.oneof(fc.double(), fc.boolean(), fc.constant(null)),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom("a", "id", "__proto__", "PLANT", "name", "value"), tie("value"), { maxKeys: 3 }),
        tie("value").map((inner) => JSON.stringify(inner)),
      ),
    }));
    fc.assert(
      fc.property(
        fc.record({
          metadata: fc.dictionary(fc.constantFrom("default", "PLANT"), value),
          annotations: fc.dictionary(fc.constantFrom("k", "PLANT"), value),
          subsegments: fc.array(value, { maxLength: 2 }),
          links: fc.array(value, { maxLength: 2 }),
          cause: value,
          user: value,
          parent_id: value,
          unknown: value,
        }),
        fc.constantFrom(...secrets),
        fc.boolean(),
        fc.boolean(),
        (parts, secret, escapes, twice) => {
          let text = JSON.stringify({ ...whole, ...parts }).replaceAll("PLANT", secret);
          if (escapes) text = text.replaceAll("@", "\\u0040");
          if (twice) text = `{"user":"${secret}",${text.slice(1)}`;
          const result = masker.document(text);
          expect(unescaped(result)).not.toContain(secret);
          expect(JSON.parse(result)).toMatchObject({ id: whole.id, trace_id: whole.trace_id, start_time: 1.5 });
        },
      ),
      { numRuns: 500 },
    );
  });

  it("takes hostile texts in their stride", () => {
    const all = compileMasker(
      [
        rule({
          detectors: [
            "EMAIL",
            "CARD_NUMBER",
            "BEARER_TOKEN",
            "JWT",
            "AWS_KEY",
            "API_TOKEN",
            "PRIVATE_KEY",
            "CREDENTIAL_NAMES",
          ],
          queryParameters: ["*a*b*c", "x"],
          headers: ["x-api-key", "aaaa"],
          annotationKeys: ["*a*a*b"],
        }),
      ],
      hash,
    )!;
    const pieces = [
      "a",
      "@",
      "1 ",
      "eyJ",
      "?",
      "a=",
      "%25",
      "-----BEGIN PRIVATE KEY-----",
      "bearer ",
      '\\"',
      "x-",
      "a.",
      "[",
      "4111",
    ];
    for (const piece of pieces) {
      const text = piece.repeat(60_000 / piece.length);
      const document = JSON.stringify({ ...whole, user: text, annotations: { [text]: text } });
      expect(() => all.document(document)).not.toThrow();
    }
  });
});

describe("the targets of a rule", () => {
  it("have limits", () => {
    expect(problemOfTargets(rule({}))).toMatch(/must name something/);
    expect(problemOfTargets(rule({ annotationKeys: ["a"] }))).toBeUndefined();
    expect(problemOfTargets(rule({ annotationKeys: ["a*b*c*d*e"] }))).toMatch(/wildcards/);
    expect(problemOfTargets(rule({ headers: ["x(y"] }))).toMatch(/header/);
    expect(problemOfTargets(rule({ members: [["trace_id"]] }))).toMatch(/Members/);
    expect(problemOfTargets(rule({ detectors: ["NONE" as never] }))).toMatch(/no detector/);
    expect(problemOfTargets(rule({ metadataPaths: [[]] }))).toMatch(/elements/);
    expect(problemOfTargets(rule({ annotationKeys: [""] }))).toMatch(/characters/);
    const many = Array.from({ length: maskingLimits.targetsPerRule + 1 }, (_, index) => `k${index}`);
    expect(problemOfTargets(rule({ annotationKeys: many }))).toMatch(/51/);
  });
});

/** Every level of escapes is taken off. */
function unescaped(text: string): string {
  let plain = text;
  for (let level = 0; level < 8; level++)
    plain = plain
      .replace(/\\+u([0-9a-f]{4})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
      .replaceAll("\\", "");
  return plain;
}
