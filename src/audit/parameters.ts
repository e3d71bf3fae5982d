/** See the implementation's docstring. */
export function toEventParameters(_schema: unknown, _value: unknown): unknown {
  throw new Error("being written");
}
