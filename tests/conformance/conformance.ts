import { describe, expect, it } from "vitest";
import { deviations, type Model, variationsOf } from "./model.js";

/** An answer over the wire; `code` is null where it is no error. */
interface Answer {
  readonly status: number;
  readonly code: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What the front end says of an input that is not of the operation's shape or breaks a constraint of it. */
const ofTheInput = new Set(["ValidationException", "SerializationException"]);
/** Errors that every operation may answer. */
const common = new Set([...ofTheInput, "AccessDeniedException", "ThrottledException", "ThrottlingException"]);

/** Holds every operation of an API against its model: each member of its input, and every answer's shape. */
export function conformance(api: {
  readonly title: string;
  readonly model: Model;
  /** A valid input of each operation. What it names need not exist: not found is an answer, too. */
  readonly inputs: Readonly<Record<string, Record<string, unknown>>>;
  call(operation: string, input: unknown): Promise<Answer>;
  /** Errors of the API's own that refuse an input as such. */
  refusal(code: string): boolean;
  /** Variations that are known to be answered otherwise than the model says, by operation. Each has its reason. */
  readonly known?: Readonly<Record<string, readonly string[]>>;
}): void {
  const { model, inputs, call, refusal, known = {} } = api;

  describe(api.title, () => {
    it("has an input here for every operation", () => {
      expect(Object.keys(inputs).sort()).toEqual(Object.keys(model.operations).sort());
    });

    describe.each(Object.entries(model.operations))("%s", (name, operation) => {
      const declared = new Set([...common, ...(operation.errors ?? []).map(({ shape }) => shape)]);

      function problemsOf(what: string, { status, code, body }: Answer): string[] {
        if (status === 200) {
          const problems = operation.output ? deviations(model.shapes, operation.output.shape, body) : [];
          return problems.map((problem) => `${what}: ${problem}`);
        }
        if (status >= 500) return [`${what}: ${status} ${JSON.stringify(body)}`];
        if (code === null || !declared.has(code)) return [`${what}: ${code} is no error of this operation`];
        const text = body["Message"] ?? body["message"];
        return typeof text === "string" && text.length > 0 ? [] : [`${what}: ${code} has no message`];
      }

      it("answers a valid input in the shape of its output", async () => {
        const answer = await call(name, inputs[name]);
        expect(ofTheInput.has(answer.code ?? ""), JSON.stringify(answer)).toBe(false);
        expect(problemsOf("valid", answer)).toEqual([]);
      });

      it("takes and refuses each member as the model says", async () => {
        const problems: string[] = [];
        for (const { what, input, expected } of variationsOf(model.shapes, operation.input!.shape, inputs[name]!)) {
          if (known[name]?.includes(what)) continue;
          const answer = await call(name, input);
          problems.push(...problemsOf(what, answer));
          const code = answer.code ?? "";
          const refused = answer.status === 400 && (ofTheInput.has(code) || refusal(code));
          if (expected === "refused" && !refused) problems.push(`${what}: was taken (${answer.status} ${code})`);
          if (expected === "taken" && ofTheInput.has(code))
            problems.push(`${what}: was refused (${JSON.stringify(answer.body)})`);
        }
        expect(problems.join("\n")).toBe("");
      }, 60_000);
    });
  });
}
