import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import Pagination from "@cloudscape-design/components/pagination";
import Table from "@cloudscape-design/components/table";
import { useMemo, useState } from "react";
import { common } from "../../texts/common.js";
import { sqlTexts } from "../../texts/sql.js";
import { JsonView } from "../json-view.js";
import type { Result } from "./result-rows.js";

const texts = sqlTexts.result;
/** Rows that are drawn at once: however long a result is, a page of it stays light. */
const rowsShown = 50;
/** A cell shows the beginning of a long text; the row as a whole shows all of it. */
const cellCharsMax = 300;

interface ShownRow {
  readonly cells: readonly string[];
  /** From 1. */
  readonly row: number;
}

/** A result, page by page. `loadMore` is asked for when one comes to the end of what is here. */
export function ResultTable({
  result,
  more,
  loading,
  loadMore,
}: {
  result: Result;
  more: boolean;
  loading: boolean;
  loadMore: () => void;
}) {
  const [page, setPage] = useState(1);
  const [open, setOpen] = useState<number>();
  const { columns, rows } = result;
  const first = (page - 1) * rowsShown;
  const items = useMemo(
    () => rows.slice(first, first + rowsShown).map((cells, index) => ({ cells, row: first + index + 1 })),
    [rows, first],
  );
  const pages = Math.max(1, Math.ceil(rows.length / rowsShown));
  const openRow = open === undefined ? undefined : rows[open - 1];

  return (
    <>
      <Table
        variant="borderless"
        contentDensity="compact"
        ariaLabels={{ tableLabel: texts.table, resizerRoleDescription: "" }}
        resizableColumns
        stickyHeader={false}
        items={items}
        trackBy={(item) => String(item.row)}
        loading={loading && items.length === 0}
        loadingText={common.loading}
        columnDefinitions={[
          {
            id: "row",
            header: texts.row,
            width: 90,
            isRowHeader: true,
            cell: ({ row }: ShownRow) => (
              <Button variant="inline-link" ariaLabel={texts.open(row)} onClick={() => setOpen(row)}>
                {row}
              </Button>
            ),
          },
          ...columns.map((name, index) => ({
            id: `column ${index}`,
            header: name,
            minWidth: 110,
            width: widthOf(name, rows, index),
            cell: ({ cells }: ShownRow) => {
              const text = cells[index] ?? "";
              return text.length > cellCharsMax ? `${text.slice(0, cellCharsMax)}…` : text;
            },
          })),
        ]}
        pagination={
          <Pagination
            currentPageIndex={page}
            pagesCount={pages}
            openEnd={more}
            onChange={({ detail }) => {
              setPage(Math.min(detail.currentPageIndex, pages));
              if (detail.currentPageIndex >= pages) loadMore();
            }}
            onNextPageClick={({ detail }) => {
              if (!detail.requestedPageAvailable) loadMore();
            }}
            ariaLabels={{
              nextPageLabel: texts.pages.next,
              previousPageLabel: texts.pages.previous,
              pageLabel: texts.pages.page,
            }}
          />
        }
      />
      {open !== undefined && openRow !== undefined && (
        <Modal
          visible
          size="large"
          header={texts.whole(open)}
          closeAriaLabel={common.close}
          onDismiss={() => setOpen(undefined)}
        >
          <JsonView value={readable(columns, openRow)} label={texts.whole(open)} />
        </Modal>
      )}
    </>
  );
}

/** As wide as what it shows, within reason. */
function widthOf(name: string, rows: Result["rows"], index: number): number {
  const longest = rows.slice(0, rowsShown).reduce((max, row) => Math.max(max, (row[index] ?? "").length), name.length);
  return Math.min(Math.max(longest * 8 + 40, 110), 420);
}

/** Cells that hold JSON, as maps and records do, are shown as what they hold. */
function readable(columns: readonly string[], row: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(columns.map((name, index) => [name, parsed(row[index] ?? "")]));
}

function parsed(text: string): unknown {
  if (!/^[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
