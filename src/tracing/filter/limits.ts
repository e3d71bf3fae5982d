/**
 * Length of an expression, UTF-16 units. AWS sets none (older models: 2,000); this leaves room for what clients put
 * together of a group's expression and a query.
 */
export const expressionLengthMax = 10_000;

/** Terms of an expression, those of its groups and the members of `rootcause.json` included: each costs the store. */
export const termsMax = 200;

/** Parentheses, braces and `!` within each other. The parser and all that walks a filter recurse so deep, no deeper. */
export const nestingMax = 50;

/** Lists and objects within each other in `rootcause.json`. An exception in a root cause is at the eighth level. */
export const jsonNestingMax = 12;
