import { everything, type Filter, type GroupTerm, nothing } from "./filter.js";
import { FilterError, quoted } from "./filter-error.js";
import { nestingMax, termsMax } from "./limits.js";
import { parseFilter } from "./parse-filter.js";

/** What filters need to know of a group. */
export interface GroupFilter {
  readonly name: string;
  readonly arn: string;
  /** Empty: every trace. */
  readonly filterExpression: string;
}

/** Every account and region has this group, whether it is listed or not. */
const everythingGroupName = "Default";

/** A filter without groups, and what it counts for. */
interface Inlined {
  readonly filter: Filter;
  readonly terms: number;
  readonly depth: number;
}

/**
 * Puts the expressions of groups in the place of their names. The result is held to the limits of one expression.
 *
 * To check the expression of a group that is being created or changed, list it with the new expression among `groups`: a
 * reference to itself, even through others, is refused.
 *
 * @throws FilterError for a group that is not listed, one that leads back to itself, or an expression that is too large.
 */
export function inlineGroups(filter: Filter, groups: readonly GroupFilter[]): Filter {
  return new GroupInliner(groups).inline(filter).filter;
}

class GroupInliner {
  readonly #groups: readonly GroupFilter[];
  readonly #done = new Map<GroupFilter, Inlined>();
  /** Groups within whose expressions we are. */
  readonly #path: GroupFilter[] = [];

  constructor(groups: readonly GroupFilter[]) {
    this.#groups = groups;
  }

  inline(filter: Filter): Inlined {
    switch (filter.kind) {
      case "and":
      case "or":
        return list(
          filter.kind,
          filter.terms.map((term) => this.inline(term)),
        );
      case "not":
        return negated(this.inline(filter.term));
      case "group": {
        const group = this.#resolve(filter);
        return filter.comparison === "=" ? group : negated(group);
      }
      default:
        return bounded({ filter, ...sizeOf(filter) });
    }
  }

  #resolve(term: GroupTerm): Inlined {
    const group = this.#groups.find((candidate) => candidate[term.by] === term.value);
    if (group === undefined) {
      if (term.by === "name" && term.value === everythingGroupName)
        return bounded({ filter: everything, ...sizeOf(everything) });
      throw new FilterError("meaning", `There is no group whose ${term.by} is ${quoted(term.value)}`);
    }
    if (this.#path.includes(group))
      throw new FilterError("meaning", `The filter of group ${quoted(group.name)} refers to itself`);
    if (this.#path.length >= nestingMax) throw tooDeep();
    let inlined = this.#done.get(group);
    if (inlined === undefined) {
      this.#path.push(group);
      inlined = this.inline(parsed(group));
      this.#path.pop();
      this.#done.set(group, inlined);
    }
    return inlined;
  }
}

function parsed(group: GroupFilter): Filter {
  try {
    return parseFilter(group.filterExpression);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new FilterError(error.problem, `The filter of group ${quoted(group.name)} cannot be used: ${error.message}`);
  }
}

function list(kind: "and" | "or", inlined: readonly Inlined[]): Inlined {
  const [neutral, absorbing] = kind === "and" ? [everything, nothing] : [nothing, everything];
  const all = inlined.find(({ filter }) => isSame(filter, absorbing));
  if (all !== undefined) return all;
  const rest = inlined.filter(({ filter }) => !isSame(filter, neutral));
  if (rest.length === 1) return rest[0]!;
  return bounded({
    filter: rest.length === 0 ? neutral : { kind, terms: rest.map(({ filter }) => filter) },
    terms: rest.reduce((sum, { terms }) => sum + terms, 0),
    depth: 1 + Math.max(0, ...rest.map(({ depth }) => depth)),
  });
}

function negated({ filter, terms, depth }: Inlined): Inlined {
  if (isSame(filter, everything)) return { filter: nothing, terms, depth };
  if (isSame(filter, nothing)) return { filter: everything, terms, depth };
  return bounded({ filter: { kind: "not", term: filter }, terms, depth: depth + 1 });
}

function isSame(filter: Filter, constant: Filter): boolean {
  return filter.kind === constant.kind && "terms" in filter && filter.terms.length === 0;
}

/** Counts as the parser does, but for parentheses. */
function sizeOf(filter: Filter): { terms: number; depth: number } {
  switch (filter.kind) {
    case "and":
    case "or": {
      const sizes = filter.terms.map(sizeOf);
      return {
        terms: sizes.reduce((sum, { terms }) => sum + terms, 0),
        depth: 1 + Math.max(0, ...sizes.map(({ depth }) => depth)),
      };
    }
    case "not": {
      const { terms, depth } = sizeOf(filter.term);
      return { terms, depth: depth + 1 };
    }
    case "service":
    case "edge":
    case "rootcause": {
      if (filter.where === undefined) return { terms: 1, depth: 0 };
      const { terms, depth } = sizeOf(filter.where);
      return { terms: terms + 1, depth: depth + 1 };
    }
    case "rootcause-json":
      return { terms: valuesIn(filter.json), depth: 0 };
    default:
      return { terms: 1, depth: 0 };
  }
}

/** The outer list does not count, as it does not when it is read. */
function valuesIn(value: unknown): number {
  const inner = typeof value === "object" && value !== null ? Object.values(value) : [];
  return inner.reduce<number>((sum, next) => sum + 1 + valuesIn(next), 0);
}

/** A level that the parser counts (a brace, at most) may hold an or-list of and-lists, which it does not count. */
const inlinedDepthMax = 3 * (nestingMax + 1);

function bounded(inlined: Inlined): Inlined {
  if (inlined.terms > termsMax)
    throw new FilterError("limit", `With the filters of its groups, the expression has more than ${termsMax} terms`);
  if (inlined.depth > inlinedDepthMax) throw tooDeep();
  return inlined;
}

function tooDeep(): FilterError {
  return new FilterError("limit", "With the filters of its groups, the expression is nested too deep");
}
