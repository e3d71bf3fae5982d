import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePolicyText } from "./compile.js";
import { evaluate } from "./evaluate.js";
import { naiveAllows } from "./naive-evaluator.fixture.js";
import { randomAccess, randomCaller, randomContext, randomPolicy, randomTags } from "./random-policies.fixture.js";

describe("two evaluators, written apart", () => {
  it("decide every call alike: all elements, operators, variables, boundaries, sessions, resources, accounts", () => {
    const outcomes = { allowed: 0, refused: 0 };
    fc.assert(
      fc.property(
        fc.record({
          caller: randomCaller(),
          access: randomAccess(),
          context: randomContext(),
          tags: randomTags,
          identity: fc.array(randomPolicy(), { maxLength: 2 }),
          boundary: fc.option(randomPolicy(), { nil: undefined, freq: 2 }),
          session: fc.option(fc.array(randomPolicy(), { maxLength: 2 }), { nil: undefined, freq: 1 }),
          resource: fc.option(randomPolicy("resource"), { nil: undefined, freq: 1 }),
          required: fc.boolean(),
        }),
        ({ required, ...call }) => {
          const access = {
            ...call.access,
            resourcePolicy: { required, ...(call.resource !== undefined && { document: call.resource }) },
          };
          const decided = evaluate(call.caller, access, call.context, {
            identity: call.identity.map((text) => compilePolicyText(text, "identity")),
            tags: call.tags,
            ...(call.boundary !== undefined && { boundary: compilePolicyText(call.boundary, "identity") }),
            ...(call.session && { session: call.session.map((text) => compilePolicyText(text, "identity")) }),
            ...(call.resource !== undefined && { resource: compilePolicyText(call.resource, "resource") }),
          });
          outcomes[decided.allowed ? "allowed" : "refused"]++;
          expect(decided.allowed).toBe(naiveAllows({ ...call, access }));
        },
      ),
      { numRuns: 3_000 },
    );
    // Both answers must come up, or nothing was compared.
    expect(outcomes.allowed).toBeGreaterThan(20);
    expect(outcomes.refused).toBeGreaterThan(20);
  });
});
