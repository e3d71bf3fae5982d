import {
  CloudTrailClient,
  SearchSampleQueriesCommand,
  type SearchSampleQueriesSearchResult,
} from "@aws-sdk/client-cloudtrail";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useDeferredValue, useState } from "react";
import { clientOf } from "../../api/clients.js";
import { usePages } from "../../api/use-pages.js";
import { NothingHere } from "../../parts/nothing-here.js";
import { PagedTable } from "../../parts/paged-table.js";
import { queryTexts } from "../../texts/query.js";

const texts = queryTexts.samples;
/** A word that each sample has: the API searches, and lists nothing without a phrase. */
const everySample = "SELECT";

/** Statements to begin from, found by their words. */
export function Samples({ storeId, onUse }: { storeId: string; onUse: (statement: string) => void }) {
  const [search, setSearch] = useState("");
  const phrase = useDeferredValue(search.trim().length < 2 ? everySample : search.trim());
  const samples = usePages<SearchSampleQueriesSearchResult>(`samples ${phrase}`, async (NextToken, abortSignal) => {
    const answer = await clientOf(CloudTrailClient).send(
      new SearchSampleQueriesCommand({ SearchPhrase: phrase, MaxResults: 50, NextToken }),
      { abortSignal },
    );
    return { items: answer.SearchResults ?? [], nextToken: answer.NextToken };
  });
  const use = (sql: string) => onUse(storeId === "" ? sql : sql.replaceAll("$EDS_ID", storeId));

  return (
    <SpaceBetween size="s">
      <PagedTable
        pages={samples}
        variant="borderless"
        ariaLabels={{ tableLabel: texts.table }}
        items={samples.items}
        trackBy={(sample) => sample.Name ?? ""}
        wrapLines
        filter={
          <TextFilter
            filteringText={search}
            filteringAriaLabel={texts.search}
            filteringPlaceholder={texts.placeholder}
            onChange={({ detail }) => setSearch(detail.filteringText)}
          />
        }
        empty={<NothingHere text={texts.none} hint={texts.noneBody} />}
        columnDefinitions={[
          { id: "name", header: texts.name, isRowHeader: true, width: 320, cell: ({ Name = "" }) => Name },
          { id: "description", header: texts.does, cell: ({ Description = "" }) => Description },
          {
            id: "use",
            header: texts.take,
            width: 110,
            cell: ({ Name = "", SQL = "" }) => (
              <Button variant="inline-link" ariaLabel={texts.use(Name)} onClick={() => use(SQL)}>
                {texts.take}
              </Button>
            ),
          },
        ]}
      />
    </SpaceBetween>
  );
}
