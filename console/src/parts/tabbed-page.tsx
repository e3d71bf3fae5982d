import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import Tabs, { type TabsProps } from "@cloudscape-design/components/tabs";
import { useUrlState } from "../api/use-url-state.js";

interface TabbedPageProps {
  readonly title: string;
  readonly description: string;
  /** The first is shown where the address names none. */
  readonly tabs: readonly TabsProps.Tab[];
  readonly variant?: TabsProps.Variant;
}

/** A page of several parts, of which the address names one as `tab`. */
export function TabbedPage({ title, description, tabs, variant = "default" }: TabbedPageProps) {
  const [tab, setTab] = useUrlState("tab", tabs[0]!.id);
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={description}>
          {title}
        </Header>
      }
    >
      <Tabs
        variant={variant}
        ariaLabel={title}
        activeTabId={tab}
        onChange={({ detail }) => setTab(detail.activeTabId)}
        tabs={tabs}
      />
    </ContentLayout>
  );
}
