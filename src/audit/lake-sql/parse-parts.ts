import { Cursor } from "./cursor.js";
import type { Expression, Frame, FrameBound, SortItem, TypeName, Window } from "./tree.js";

/** Parts that stand around expressions: windows, the order of rows, types. */
export abstract class PartsParser extends Cursor {
  protected abstract expression(): Expression;

  protected over(): Window {
    if (!this.isSymbol("(")) return { base: this.name("a window"), partitionBy: [], orderBy: [], at: this.at };
    return this.windowInParentheses();
  }

  protected windowInParentheses(): Window {
    return this.parenthesised(() => {
      const { at } = this;
      const ahead = ["partition", "order", "rows", "range", "groups"].some((word) => this.isWord(word));
      const base = !ahead && this.isName() ? this.name() : undefined;
      const partitionBy = this.skipWords("partition", "by") ? this.list(() => this.expression()) : [];
      const orderBy = this.skipWords("order", "by") ? this.list(() => this.sortItem()) : [];
      return { base, partitionBy, orderBy, frame: this.#frame(), at };
    });
  }

  #frame(): Frame | undefined {
    const unit = (["rows", "range"] as const).find((word) => this.skipWords(word));
    if (unit === undefined) {
      if (this.isWord("groups")) throw this.refused("frames of GROUPS are not supported");
      return undefined;
    }
    if (!this.skipWords("between")) return { unit, from: this.#bound(), to: "current row" };
    const from = this.#bound();
    this.expectWord("and");
    return { unit, from, to: this.#bound() };
  }

  #bound(): FrameBound {
    if (this.skipWords("unbounded", "preceding")) return "unbounded preceding";
    if (this.skipWords("unbounded", "following")) return "unbounded following";
    if (this.skipWords("current", "row")) return "current row";
    const rows = this.wholeNumber();
    if (this.skipWords("preceding")) return { rows, side: "preceding" };
    if (this.skipWords("following")) return { rows, side: "following" };
    throw this.unexpected("PRECEDING, FOLLOWING");
  }

  protected sortItem(): SortItem {
    const { at } = this;
    const value = this.expression();
    const descending = this.either(["desc"], ["asc"]);
    const nullsFirst = this.either(["nulls", "first"], ["nulls", "last"]);
    return { value, descending, nullsFirst, at };
  }

  protected typeName(): TypeName {
    return this.deeper(() => {
      const { at } = this;
      let name = this.name("a type").toLowerCase();
      if (name === "double") this.skipWords("precision");
      const nested = name === "array" || name === "map" || name === "row";
      if (nested) return { name, numbers: [], of: this.parenthesised(() => this.list(() => this.#part(name))), at };
      const numbers = this.isSymbol("(") ? this.parenthesised(() => this.list(() => this.wholeNumber())) : [];
      if (this.skipWords("with", "time", "zone")) name += " with time zone";
      return { name, numbers, of: [], at };
    });
  }

  #part(of: string): TypeName["of"][number] {
    const named = of === "row" && this.isName() && this.isName(1);
    return { name: named ? this.name() : undefined, type: this.typeName() };
  }
}
