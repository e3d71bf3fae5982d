import { ServiceError, validationError } from "./service-error.js";

/**
 * Collects every broken constraint of an input and words them as AWS's service framework does, all at once:
 * `2 validation errors detected: Value 'x' at 'ruleName' failed to satisfy constraint: Member must …; Value …`.
 * Paths are lower camel case (`samplingRule.ruleName`, `traceIds.1.member`). Absent values pass every check but
 * `required`.
 */
export class Constraints {
  readonly #broken: string[] = [];

  required(path: string, value: unknown): this {
    if (value === undefined || value === null) this.#broken.push(`Value null at '${path}' ${failed} not be null`);
    return this;
  }

  length(path: string, value: string | readonly unknown[] | undefined | null, bounds: { min?: number; max?: number }) {
    if (value === undefined || value === null) return this;
    const { min, max } = bounds;
    const length = typeof value === "string" ? [...value].length : value.length;
    if (min !== undefined && length < min) this.#add(path, value, `have length greater than or equal to ${min}`);
    if (max !== undefined && length > max) this.#add(path, value, `have length less than or equal to ${max}`);
    return this;
  }

  /** Length and form of a value that is not to be shown, in the words of AWS's framework for those. */
  secret(path: string, value: string | undefined | null, length: { min: number; max: number }, pattern: RegExp): this {
    if (value === undefined || value === null) return this;
    const count = [...value].length;
    if (count < length.min || count > length.max)
      this.#broken.push(`Value at '${path}' ${failed} have length between ${length.min} and ${length.max}`);
    else if (!pattern.test(value))
      this.#broken.push(`Value at '${path}' ${failed} satisfy regular expression pattern: ${pattern.source}`);
    return this;
  }

  range(path: string, value: number | undefined | null, bounds: { min?: number; max?: number }): this {
    if (value === undefined || value === null) return this;
    const { min, max } = bounds;
    if (min !== undefined && !(value >= min)) this.#add(path, value, `have value greater than or equal to ${min}`);
    if (max !== undefined && !(value <= max)) this.#add(path, value, `have value less than or equal to ${max}`);
    return this;
  }

  pattern(path: string, value: string | undefined | null, pattern: RegExp): this {
    if (value === undefined || value === null) return this;
    if (!pattern.test(value)) this.#add(path, value, `satisfy regular expression pattern: ${pattern.source}`);
    return this;
  }

  oneOf(path: string, value: string | undefined | null, values: readonly string[]): this {
    if (value === undefined || value === null) return this;
    if (!values.includes(value)) this.#add(path, value, `satisfy enum value set: [${values.join(", ")}]`);
    return this;
  }

  /** A map: how many entries, and how long their keys and values are. */
  map(
    path: string,
    value: Readonly<Record<string, string>> | undefined | null,
    bounds: { max: number; key: { min: number; max: number }; value: { min: number; max: number } },
  ): this {
    if (value === undefined || value === null) return this;
    const entries = Object.entries(value);
    if (entries.length > bounds.max) this.#add(path, value, `have length less than or equal to ${bounds.max}`);
    const within = (text: string, { min, max }: { min: number; max: number }) => {
      const length = [...text].length;
      return length >= min && length <= max;
    };
    const each = ({ min, max }: { min: number; max: number }) =>
      `satisfy constraint: [Member must have length less than or equal to ${max}, Member must have length greater than or equal to ${min}]`;
    if (!entries.every(([key]) => within(key, bounds.key)))
      this.#broken.push(`Value '${shownText(value)}' at '${path}' ${failedBare} Map keys must ${each(bounds.key)}`);
    if (!entries.every(([, text]) => within(text, bounds.value)))
      this.#broken.push(`Value '${shownText(value)}' at '${path}' ${failedBare} Map value must ${each(bounds.value)}`);
    return this;
  }

  /**
   * @param code as the API spells it: IAM and STS say `ValidationError`.
   * @throws ServiceError naming every constraint broken so far.
   */
  check(code: "ValidationException" | "ValidationError" = "ValidationException"): void {
    const count = this.#broken.length;
    if (count === 0) return;
    const message = `${count} validation error${count > 1 ? "s" : ""} detected: ${this.#broken.join("; ")}`;
    throw code === "ValidationException" ? validationError(message) : new ServiceError(code, message);
  }

  #add(path: string, value: unknown, constraint: string): void {
    this.#broken.push(`Value '${shownText(value)}' at '${path}' ${failed} ${constraint}`);
  }
}

const failedBare = "failed to satisfy constraint:";
const failed = `${failedBare} Member must`;

function shownText(value: unknown): string {
  return (typeof value === "string" ? value : JSON.stringify(value)).slice(0, shownValueLengthMax);
}

/** A hostile value is not echoed back whole. */
const shownValueLengthMax = 256;
