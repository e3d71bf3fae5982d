import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import type { Pages } from "../../api/use-pages.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { common } from "../../texts/common.js";

export interface ListProps<Item> {
  readonly pages: Pages<Item>;
  readonly actions?: ReactNode;
}

interface ListTableProps<Item> extends ListProps<Item> {
  readonly header: string;
  readonly empty: string;
  readonly description?: string;
  readonly columns: TableProps.ColumnDefinition<Item>[];
  readonly trackBy: (item: Item) => string;
}

/** A list that comes in pages, with what to do where it fails, ends or is empty. */
export function ListTable<Item>({
  pages,
  actions,
  header,
  empty,
  description,
  columns,
  trackBy,
}: ListTableProps<Item>) {
  const { items, more, loading, failure } = pages;
  return (
    <Table
      header={
        <Header
          variant="h2"
          counter={`(${items.length}${more ? "+" : ""})`}
          {...(description !== undefined && { description })}
          actions={actions}
        >
          {header}
        </Header>
      }
      items={items}
      trackBy={trackBy}
      columnDefinitions={columns}
      loading={loading && items.length === 0}
      loadingText={common.loading}
      wrapLines
      empty={failure === undefined ? empty : <FailureAlert failure={failure} retry={pages.reload} />}
      footer={
        more || (failure !== undefined && items.length > 0) ? (
          <Box textAlign="center">
            <FailureAlert failure={failure} retry={pages.loadMore} />
            <Button loading={loading} onClick={pages.loadMore}>
              {common.loadMore}
            </Button>
          </Box>
        ) : undefined
      }
    />
  );
}
