import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import type { TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import type { Pages } from "../api/use-pages.js";
import { common } from "../texts/common.js";
import { FailureAlert } from "./failure-alert.js";

/** What a table needs to show a list that is fetched page by page, as far as it is there. */
export function pagedTableProps<Item>(
  pages: Pages<Item>,
  empty: ReactNode,
): Pick<TableProps<Item>, "items" | "loading" | "loadingText" | "empty" | "footer"> {
  return {
    items: pages.items,
    loading: pages.loading && pages.items.length === 0,
    loadingText: common.loading,
    empty: pages.failure === undefined ? empty : <FailureAlert failure={pages.failure} retry={pages.reload} />,
    footer: pages.more ? (
      <Box textAlign="center">
        <Button loading={pages.loading} onClick={pages.loadMore}>
          {common.loadMore}
        </Button>
      </Box>
    ) : undefined,
  };
}
