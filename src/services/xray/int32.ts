import { ServiceError } from "../service-error.js";

const int32Max = 2 ** 31 - 1;

/**
 * Refuses numbers that the model's integers cannot hold: fractions, and what is beyond 32 bits.
 *
 * @param at path of what holds them; empty for the input itself.
 * @throws SerializationException, as AWS's JSON front end does.
 */
export function requireInt32(at: string, values: Readonly<Record<string, number | null | undefined>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null) continue;
    if (!Number.isInteger(value) || value > int32Max || value < -int32Max - 1)
      throw new ServiceError(
        "SerializationException",
        `NUMBER_VALUE can not be converted to an Integer at '${at === "" ? name : `${at}.${name}`}'`,
      );
  }
}
