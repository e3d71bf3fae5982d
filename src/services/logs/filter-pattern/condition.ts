/** A condition of a JSON or a space-delimited pattern, made of tests of one value each. */
export type Condition<Subject> = (subject: Subject) => boolean;

export function allOf<Subject>(conditions: readonly Condition<Subject>[]): Condition<Subject> {
  return conditions.length === 1 ? conditions[0]! : (subject) => conditions.every((holds) => holds(subject));
}

export function anyOf<Subject>(conditions: readonly Condition<Subject>[]): Condition<Subject> {
  return conditions.length === 1 ? conditions[0]! : (subject) => conditions.some((holds) => holds(subject));
}
