import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import type { ReactNode } from "react";
import type { Pages } from "../api/use-pages.js";
import { common } from "../texts/common.js";
import { FailureAlert } from "./failure-alert.js";
import { pagesCount } from "./list-count.js";
import { LoadMore } from "./load-more.js";

interface FindTableProps<Item> {
  readonly title: string;
  readonly description?: ReactNode;
  readonly headingTag?: "h1" | "h2";
  readonly pages: Pages<Item>;
  readonly columns: readonly TableProps.ColumnDefinition<Item>[];
  readonly trackBy: (item: Item) => string;
  /** What one finds it by. */
  readonly findBy: (item: Item) => string;
  readonly findLabel: string;
  readonly actions?: ReactNode;
  /** Beside the field that finds, as another filter. */
  readonly filter?: ReactNode;
  /** Says what to do where there is nothing. */
  readonly empty: ReactNode;
}

const perPage = 50;

/** A list that is fetched page by page, found in by a text, sorted by its columns. */
export function FindTable<Item>(props: FindTableProps<Item>) {
  const { title, description, headingTag = "h1", pages, columns, trackBy, findBy, findLabel, actions, filter } = props;
  const { items, filterProps, paginationProps, collectionProps, filteredItemsCount } = useCollection(pages.items, {
    filtering: {
      filteringFunction: (item, text) => findBy(item).toLowerCase().includes(text.toLowerCase()),
      // What could not be read is not empty.
      empty: pages.failure === undefined ? props.empty : <Box textAlign="center">{common.nothing}</Box>,
      noMatch: <Box textAlign="center">{common.noMatch}</Box>,
    },
    pagination: { pageSize: perPage },
    sorting: {},
  });
  return (
    <Table
      {...collectionProps}
      variant={headingTag === "h1" ? "full-page" : "container"}
      stickyHeader={headingTag === "h1"}
      items={items}
      columnDefinitions={columns}
      trackBy={trackBy}
      loading={pages.loading && pages.items.length === 0}
      loadingText={common.loading}
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: title }}
      header={
        <SpaceBetween size="s">
          <Header
            variant={headingTag === "h1" ? "awsui-h1-sticky" : headingTag}
            headingTagOverride={headingTag}
            {...pagesCount(pages)}
            {...(description !== undefined && { description })}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button iconName="refresh" ariaLabel={common.refresh} onClick={() => pages.reload()} />
                {actions}
              </SpaceBetween>
            }
          >
            {title}
          </Header>
          <FailureAlert failure={pages.failure} retry={pages.reload} />
        </SpaceBetween>
      }
      filter={
        <SpaceBetween direction="horizontal" size="xs">
          <TextFilter
            {...filterProps}
            filteringAriaLabel={findLabel}
            filteringPlaceholder={findLabel}
            countText={filteredItemsCount === undefined ? "" : common.matches(filteredItemsCount)}
          />
          {filter}
        </SpaceBetween>
      }
      pagination={<Pagination {...paginationProps} />}
      footer={pages.more && <LoadMore pages={pages} />}
    />
  );
}
