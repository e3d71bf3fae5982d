import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import { common } from "../texts/common.js";
import { texts as erasing } from "../texts/erasing.js";
import { texts as exposure } from "../texts/exposure.js";
import { texts as keys } from "../texts/keys.js";
import { texts as scorecard } from "../texts/scorecard.js";

export interface ConsoleRoute {
  /** Below `/console`, as wouter matches it. */
  readonly path: string;
  readonly Page: LazyExoticComponent<ComponentType>;
  /** Its place in the list of pages; none for a page that others lead to. */
  readonly link?: { readonly text: string; readonly section: keyof typeof sections };
}

/** Sections of the list of pages, in their order. */
export const sections = {
  home: undefined,
  tracing: common.navigation.tracing,
  record: common.navigation.record,
  access: common.navigation.access,
} as const;

/** Every page of the console, each loaded when somebody goes there. */
export const routes: readonly ConsoleRoute[] = [
  {
    path: "/",
    Page: lazy(() => import("../pages/overview/page.js")),
    link: { text: common.navigation.overview, section: "home" },
  },
  {
    path: "/traces",
    Page: lazy(() => import("../pages/traces/page.js")),
    link: { text: common.navigation.traces, section: "tracing" },
  },
  { path: "/traces/:traceId", Page: lazy(() => import("../pages/traces/trace/page.js")) },
  {
    path: "/trace-map",
    Page: lazy(() => import("../pages/trace-map/page.js")),
    link: { text: common.navigation.traceMap, section: "tracing" },
  },
  {
    path: "/insights",
    Page: lazy(() => import("../pages/insights/page.js")),
    link: { text: common.navigation.insights, section: "tracing" },
  },
  { path: "/insights/:id", Page: lazy(() => import("../pages/insights/insight-page.js")) },
  {
    path: "/groups",
    Page: lazy(() => import("../pages/groups/page.js")),
    link: { text: common.navigation.groups, section: "tracing" },
  },
  {
    path: "/sampling",
    Page: lazy(() => import("../pages/sampling/page.js")),
    link: { text: common.navigation.sampling, section: "tracing" },
  },
  {
    path: "/trails",
    Page: lazy(() => import("../pages/trails/page.js")),
    link: { text: common.navigation.trails, section: "record" },
  },
  { path: "/trails/enable-xray", Page: lazy(() => import("../pages/trails/enable-page.js")) },
  { path: "/trails/:name", Page: lazy(() => import("../pages/trails/trail-page.js")) },
  {
    path: "/events",
    Page: lazy(() => import("../pages/events/page.js")),
    link: { text: common.navigation.events, section: "record" },
  },
  { path: "/events/:eventId", Page: lazy(() => import("../pages/events/event-page.js")) },
  {
    path: "/query",
    Page: lazy(() => import("../pages/query/page.js")),
    link: { text: common.navigation.query, section: "record" },
  },
  {
    path: "/dashboards",
    Page: lazy(() => import("../pages/dashboards/page.js")),
    link: { text: common.navigation.dashboards, section: "record" },
  },
  { path: "/dashboards/:name", Page: lazy(() => import("../pages/dashboards/dashboard-page.js")) },
  {
    path: "/anomalies",
    Page: lazy(() => import("../pages/anomalies/page.js")),
    link: { text: common.navigation.anomalies, section: "record" },
  },
  {
    path: "/logs",
    Page: lazy(() => import("../pages/logs/page.js")),
    link: { text: common.navigation.logs, section: "record" },
  },
  {
    path: "/people",
    Page: lazy(() => import("../pages/people/page.js")),
    link: { text: common.navigation.people, section: "access" },
  },
  { path: "/people/:name", Page: lazy(() => import("../pages/people/person-page.js")) },
  { path: "/people/groups/:name", Page: lazy(() => import("../pages/people/group-page.js")) },
  {
    path: "/roles",
    Page: lazy(() => import("../pages/roles/page.js")),
    link: { text: common.navigation.roles, section: "access" },
  },
  { path: "/roles/:name", Page: lazy(() => import("../pages/roles/role-page.js")) },
  {
    path: "/policies",
    Page: lazy(() => import("../pages/policies/page.js")),
    link: { text: common.navigation.policies, section: "access" },
  },
  { path: "/policies/new", Page: lazy(() => import("../pages/policies/new-policy-page.js")) },
  { path: "/policies/*", Page: lazy(() => import("../pages/policies/policy-page.js")) },
  {
    path: "/least-privilege",
    Page: lazy(() => import("../pages/least-privilege/page.js")),
    link: { text: common.navigation.leastPrivilege, section: "access" },
  },
  {
    path: "/exposure",
    Page: lazy(() => import("../pages/exposure/page.js")),
    link: { text: exposure.title, section: "access" },
  },
  {
    path: "/erasing",
    Page: lazy(() => import("../pages/erasing/page.js")),
    link: { text: erasing.title, section: "access" },
  },
  {
    path: "/keys",
    Page: lazy(() => import("../pages/keys/page.js")),
    link: { text: keys.title, section: "access" },
  },
  {
    path: "/scorecard",
    Page: lazy(() => import("../pages/scorecard/page.js")),
    link: { text: scorecard.title, section: "access" },
  },
  {
    path: "/me",
    Page: lazy(() => import("../pages/people/me-page.js")),
    link: { text: common.navigation.me, section: "access" },
  },
];
