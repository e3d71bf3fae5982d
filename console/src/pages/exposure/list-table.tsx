import Header from "@cloudscape-design/components/header";
import type { TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import type { Pages } from "../../api/use-pages.js";
import { pagesCount } from "../../parts/list-count.js";
import { PagedTable } from "../../parts/paged-table.js";

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

/** A list that comes in pages, under a heading that counts it. */
export function ListTable<Item>({
  pages,
  actions,
  header,
  empty,
  description,
  columns,
  trackBy,
}: ListTableProps<Item>) {
  return (
    <PagedTable
      pages={pages}
      items={pages.items}
      empty={empty}
      header={
        <Header
          variant="h2"
          {...pagesCount(pages)}
          {...(description !== undefined && { description })}
          actions={actions}
        >
          {header}
        </Header>
      }
      trackBy={trackBy}
      columnDefinitions={columns}
      wrapLines
    />
  );
}
