import type { TraceSummary } from "@aws-sdk/client-xray";
import CollectionPreferences from "@cloudscape-design/components/collection-preferences";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import Table from "@cloudscape-design/components/table";
import { type ReactNode, useMemo, useState } from "react";
import { useUrlState } from "../../api/use-url-state.js";
import { useMoments } from "../../parts/moments.js";
import { tracesTexts } from "../../texts/traces.js";
import { columnsOf, shownByDefault, sorted } from "./columns.js";
import type { Vocabulary } from "./statistics.js";

const texts = tracesTexts.table;
const pageSizes = [20, 50, 100, 200];

interface TracesTableProps {
  readonly traces: readonly TraceSummary[];
  /** Another for each search. */
  readonly search: object;
  readonly known: Vocabulary;
  readonly running: boolean;
  readonly empty: ReactNode;
}

/** The traces found, a page at a time: of 10,000 a browser draws twenty. Columns and order stand in the address. */
export function TracesTable({ traces, search, known, running, empty }: TracesTableProps) {
  const moments = useMoments();
  const [shown, setShown] = useUrlState("columns", shownByDefault.join(","));
  const [sort, setSort] = useUrlState("sort", "start-desc");
  const [pageSize, setPageSize] = useState(pageSizes[0]!);
  const [turned, setTurned] = useState({ search, sort, page: 1 });
  const columns = useMemo(() => columnsOf(moments, known), [moments, known]);
  const [, sortId = "start", direction] = /^(.*)-(asc|desc)$/.exec(sort) ?? [];
  const sorting = columns.find(({ id }) => id === sortId) ?? columns[1]!;
  const descending = direction !== "asc";
  // biome-ignore lint/correctness/useExhaustiveDependencies: a column sorts as its id says, however times are written.
  const ordered = useMemo(() => sorted(traces, sorting, descending), [traces, sorting.id, descending]);
  const pageCount = Math.max(1, Math.ceil(ordered.length / pageSize));
  // Another search, or another order, begins at its beginning.
  const current = turned.search === search && turned.sort === sort ? Math.min(turned.page, pageCount) : 1;
  const ids = shown.split(",").filter((id) => columns.some((column) => column.id === id));
  const display = [
    ...ids.map((id) => ({ id, visible: true })),
    ...columns.filter(({ id }) => !ids.includes(id)).map(({ id }) => ({ id, visible: false })),
  ];
  const definitions = columns.map(({ id, header, cell, width }) => ({
    id,
    header,
    cell,
    sortingField: id,
    isRowHeader: id === "id",
    ...(width !== undefined && { width }),
  }));

  return (
    <Table
      items={ordered.slice((current - 1) * pageSize, current * pageSize)}
      trackBy={({ Id }) => Id ?? ""}
      loading={running && traces.length === 0}
      loadingText={tracesTexts.searching}
      empty={empty}
      ariaLabels={{ tableLabel: texts.title }}
      header={<Header counter={`(${traces.length})`}>{texts.title}</Header>}
      columnDefinitions={definitions}
      columnDisplay={display}
      sortingColumn={{ sortingField: sorting.id }}
      sortingDescending={descending}
      onSortingChange={({ detail }) =>
        setSort(`${detail.sortingColumn.sortingField}-${detail.isDescending ? "desc" : "asc"}`)
      }
      pagination={
        <Pagination
          currentPageIndex={current}
          pagesCount={pageCount}
          onChange={({ detail }) => setTurned({ search, sort, page: detail.currentPageIndex })}
          ariaLabels={{ previousPageLabel: texts.previous, nextPageLabel: texts.next, pageLabel: texts.page }}
        />
      }
      preferences={
        <CollectionPreferences
          title={texts.preferences}
          confirmLabel={texts.confirm}
          cancelLabel={texts.cancel}
          preferences={{ pageSize, contentDisplay: display }}
          pageSizePreference={{
            title: texts.pageSize,
            options: pageSizes.map((value) => ({ value, label: String(value) })),
          }}
          contentDisplayPreference={{
            title: texts.columns,
            description: texts.columnsHint,
            enableColumnFiltering: true,
            options: columns.map(({ id, header }) => ({ id, label: header, alwaysVisible: id === "id" })),
          }}
          onConfirm={({ detail }) => {
            setPageSize(detail.pageSize ?? pageSize);
            const chosen = detail.contentDisplay?.filter(({ visible }) => visible).map(({ id }) => id);
            if (chosen !== undefined) setShown(chosen.join(","));
          }}
        />
      }
    />
  );
}
