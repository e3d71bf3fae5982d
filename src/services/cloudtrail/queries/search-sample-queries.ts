import type { SearchSampleQueriesCommandInput, SearchSampleQueriesResponse } from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { searchSamples } from "../../../audit/lake/search-samples.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import { encodePageToken } from "../../page-token.js";
import { cloudTrailError } from "../errors.js";
import { positionOf } from "./query-input.js";

const pageDefault = 10;

export const searchSampleQueries = () =>
  operation<SearchSampleQueriesCommandInput, SearchSampleQueriesResponse>({
    name: "SearchSampleQueries",
    readOnly: true,
    event: management,
    access: () => [{ action: "cloudtrail:SearchSampleQueries", resource: "*" }],

    async execute(input) {
      const phrase = input.SearchPhrase as string;
      new Constraints()
        .length("searchPhrase", phrase, { min: 2, max: 1000 })
        .pattern("searchPhrase", phrase, /^[ -~\n]*$/)
        .range("maxResults", input.MaxResults, { min: 1, max: 50 })
        .length("nextToken", input.NextToken, { min: 4, max: 1000 })
        .check();
      const request = { operation: "SearchSampleQueries", phrase };
      const from = Number(positionOf(input.NextToken, request)?.[0] ?? 0);
      if (!Number.isSafeInteger(from) || from < 0)
        throw cloudTrailError("InvalidParameter", "The next token is not valid.");
      const found = searchSamples(phrase);
      const next = from + (input.MaxResults ?? pageDefault);
      return {
        SearchResults: found.slice(from, next).map(({ sample, relevance }) => ({
          Name: sample.name,
          Description: sample.description,
          SQL: sample.sql,
          Relevance: relevance,
        })),
        ...(next < found.length && { NextToken: encodePageToken([String(next)], request) }),
      };
    },
  });
