import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ServiceError } from "../../services/service-error.js";
import { parseJson } from "./json-text.js";

const suite = path.resolve(import.meta.dirname, "../../../../shared/data/json-test-suite/test_parsing");

describe.skipIf(!existsSync(suite))("the JSON parsing test suite", () => {
  const files = existsSync(suite) ? readdirSync(suite) : [];
  const outcome = (file: string) => {
    try {
      parseJson(readFileSync(path.join(suite, file)));
      return "accepted";
    } catch (error) {
      return error instanceof ServiceError && error.code === "SerializationException" ? "refused" : `${error}`;
    }
  };

  it("accepts what must be accepted", () => {
    const accepted = files.filter((file) => file.startsWith("y_"));
    expect(accepted.length).toBeGreaterThan(90);
    expect(accepted.filter((file) => outcome(file) !== "accepted")).toEqual([]);
  });

  it("refuses what must be refused", () => {
    const refused = files.filter((file) => file.startsWith("n_"));
    expect(refused.length).toBeGreaterThan(180);
    expect(refused.filter((file) => outcome(file) !== "refused")).toEqual([]);
  });

  it("survives the rest, and refuses what is not UTF-8", () => {
    for (const file of files.filter((name) => name.startsWith("i_")))
      expect(outcome(file)).toMatch(/^(accepted|refused)$/);
    expect(outcome("i_string_invalid_utf-8.json")).toBe("refused");
    expect(outcome("i_string_truncated-utf-8.json")).toBe("refused");
  });
});

describe("parseJson", () => {
  it("refuses megabytes of open brackets before the engine sees them, and brackets in texts do not count", () => {
    expect(() => parseJson(Buffer.alloc(1024 * 1024, "["))).toThrow("nested deeper");
    expect(parseJson(Buffer.from(JSON.stringify('[\\"{'.repeat(200_000))))).toHaveLength(800_000);
  });
});
