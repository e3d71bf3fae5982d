import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import type { Pages } from "../api/use-pages.js";
import { common } from "../texts/common.js";
import { FailureAlert } from "./failure-alert.js";
import { LoadMore } from "./load-more.js";

type Given<Item> = Omit<TableProps<Item>, "items" | "loading" | "loadingText" | "empty" | "footer">;

interface PagedTableProps<Item> extends Given<Item> {
  readonly pages: Pages<unknown>;
  readonly items: readonly Item[];
  /** Says that there is nothing. A list that could not be read is not empty: nothing is claimed of it. */
  readonly empty: ReactNode;
}

/** A list that is fetched page by page, as far as it is there; what went wrong, also with a further page, stands above. */
export function PagedTable<Item>({ pages, items, empty, ...table }: PagedTableProps<Item>) {
  const { failure, more } = pages;
  return (
    <SpaceBetween size="s">
      {/* What came stays: of a further page that failed only that is asked for again. */}
      {failure !== undefined && (
        <FailureAlert failure={failure} retry={items.length > 0 && more ? pages.loadMore : pages.reload} />
      )}
      <Table
        {...table}
        items={items}
        loading={pages.loading && items.length === 0}
        loadingText={common.loading}
        empty={failure === undefined ? empty : common.nothing}
        footer={more && <LoadMore pages={pages} />}
      />
    </SpaceBetween>
  );
}
