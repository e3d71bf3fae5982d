import type { Completion, CompletionSource } from "@codemirror/autocomplete";
import { SQLDialect, sql } from "@codemirror/lang-sql";
import { useMemo } from "react";
import type { ReadableStore } from "../../../../src/audit/lake-sql/translate.js";
import { sqlTexts } from "../../texts/sql.js";
import { CodeEditor } from "../code-editor.js";
import { mistakesIn } from "./statement-check.js";
import { wordsAt } from "./statement-words.js";
import type { ListedStore } from "./use-stores.js";

const trino = sql({
  dialect: SQLDialect.define({
    keywords: `select distinct from where group by having order asc desc nulls first last limit offset fetch with as union
      all intersect except inner left right full outer cross join on using unnest ordinality and or not in exists between
      like escape is null true false case when then else end cast try_cast interval extract over partition rows range
      window values array row`,
    types: "boolean bigint integer double decimal varchar date timestamp json map",
    doubleQuotedStrings: false,
    backslashEscapes: false,
  }),
}).language;

const types: Readonly<Record<string, string>> = {
  column: "property",
  function: "function",
  keyword: "keyword",
  store: "class",
};
const order: Readonly<Record<string, number>> = { column: 2, store: 2, function: 1, keyword: 0 };

/** The editor of a statement: completed and checked by the rules that the service itself reads it with. */
export function StatementEditor({
  value,
  onChange,
  onRun,
  stores,
  kinds,
}: {
  value: string;
  onChange: (value: string) => void;
  /** On Ctrl+Enter; within a form that is submitting it. */
  onRun?: () => void;
  stores: readonly ListedStore[];
  kinds: ReadonlyMap<string, ReadableStore["kind"]>;
}) {
  const complete = useMemo<CompletionSource>(
    () => (context) => {
      const before = context.state.sliceDoc(Math.max(0, context.pos - 2000), context.pos);
      const [kind = "CloudTrail"] = kinds.values();
      const { from, words } = wordsAt(before, { kind, stores });
      const start = context.pos - before.length + from;
      if (start === context.pos && !context.explicit && !/[.\s]$/.test(before)) return null;
      if (start === context.pos && !context.explicit && !before.endsWith(".") && !/\b(?:from|join)\s$/i.test(before))
        return null;
      return {
        from: start,
        options: words.map(
          ({ label, type, detail, apply }): Completion => ({
            label,
            type: types[type] ?? type,
            boost: order[type] ?? 0,
            ...(detail !== undefined && { detail }),
            ...(apply !== undefined && { apply }),
          }),
        ),
        validFor: /^[\w-]*$/,
      };
    },
    [stores, kinds],
  );
  return (
    <CodeEditor
      value={value}
      onChange={onChange}
      {...(onRun !== undefined && { onSubmit: onRun })}
      label={sqlTexts.editor.label}
      language={trino}
      placeholder={sqlTexts.editor.placeholder}
      complete={complete}
      diagnose={(text) =>
        mistakesIn(text, (id) => kinds.get(id), Date.now()).map((mistake) => ({
          ...mistake,
          severity: "error" as const,
        }))
      }
    />
  );
}
