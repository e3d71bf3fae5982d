import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import type { Pages } from "../api/use-pages.js";
import { common } from "../texts/common.js";

/** Fetches the next page of a list, while there is one. */
export function LoadMore({ pages }: { pages: Pages<unknown> }) {
  return (
    <Box textAlign="center">
      <Button variant="link" loading={pages.loading} onClick={pages.loadMore}>
        {common.loadMore}
      </Button>
    </Box>
  );
}
