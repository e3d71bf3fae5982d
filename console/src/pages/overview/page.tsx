import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import { common } from "../../texts/common.js";

/** What is going on, at a glance. */
export default function OverviewPage() {
  return <ContentLayout header={<Header variant="h1">{common.navigation.overview}</Header>} />;
}
