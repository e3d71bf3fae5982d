import type { Service } from "@aws-sdk/client-xray";
import { describe, expect, it } from "vitest";
import type { GraphTotals, Totals } from "../../../tracing/graph-totals.js";
import { pageOfServices, servicesPerPageMax } from "./page-of-services.js";

const totals: Totals = {
  okCount: 1,
  errorCount: 0,
  throttleCount: 0,
  faultCount: 0,
  totalUs: 1000,
  histogram: new Map([[1, 1]]),
  startUs: 0,
  endUs: 1000,
};
const node = (index: number) => ({ name: `service-${index}`, type: "", accountId: "" });

/** Each service calls the next one, and the last the first. */
function ring(count: number): GraphTotals {
  const indexes = Array.from({ length: count }, (_, index) => index);
  return {
    nodes: indexes.map((index) => ({ ...totals, node: node(index), root: false, inferred: false })),
    edges: indexes.map((index) => ({ ...totals, source: node(index), target: node((index + 1) % count), link: false })),
  };
}

const request = { StartTime: 1, EndTime: 2 };

/** All pages, of a graph that may grow from one to the next. */
function pagesOf(graphAt: (page: number) => GraphTotals) {
  const pages: Service[][] = [];
  let token: string | undefined;
  do {
    const { Services, NextToken } = pageOfServices(graphAt(pages.length), { token, request });
    pages.push(Services);
    expect(NextToken).not.toBe(token ?? "");
    token = NextToken;
  } while (token !== undefined);
  return pages;
}

function expectWhole(services: readonly Service[], count: number) {
  const names = new Map(services.map(({ ReferenceId, Name }) => [ReferenceId, Name]));
  expect(names.size).toBe(count);
  for (const { Name, Edges } of services) {
    const index = Number(Name!.slice("service-".length));
    if (index < count - 1) expect(Edges!.map((edge) => names.get(edge.ReferenceId))).toContain(`service-${index + 1}`);
  }
}

describe("a page of services", () => {
  it("is the only one for as many as a page holds, numbered from 0", () => {
    const pages = pagesOf(() => ring(servicesPerPageMax));
    expect(pages).toHaveLength(1);
    expect(pages[0]!.map(({ ReferenceId }) => ReferenceId)).toEqual(Array.from(pages[0]!.keys()));
    expectWhole(pages[0]!, servicesPerPageMax);
    expect(pagesOf(() => ({ nodes: [], edges: [] }))).toEqual([[]]);
  });

  it("is one of several beyond, whose edges lead to services of any page", () => {
    const count = 2 * servicesPerPageMax + 1;
    const pages = pagesOf(() => ring(count));
    expect(pages.map((page) => page.length)).toEqual([servicesPerPageMax, servicesPerPageMax, 1]);
    expectWhole(pages.flat(), count);
  });

  it("keeps the numbers of the pages before when services came meanwhile", () => {
    const count = 2 * servicesPerPageMax;
    const services = pagesOf((page) => ring(count + 5 * page)).flat();
    const early = services.filter(({ Name }) => Number(Name!.slice("service-".length)) < count);
    expectWhole(early, count);
  });

  it("is not given for a token of another request, nor for what is none", () => {
    const { NextToken } = pageOfServices(ring(servicesPerPageMax + 1), { token: undefined, request });
    const other = { ...request, EndTime: 3 };
    for (const asked of [
      { token: NextToken, request: other },
      { token: "nonsense", request },
    ])
      expect(() => pageOfServices(ring(3), asked)).toThrow("Invalid NextToken");
  });
});
