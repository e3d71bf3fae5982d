import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { CheckResult } from "../../../../src/audit/scorecard.js";
import { CommandLine } from "../../parts/command-line.js";
import { ConsoleLink } from "../../parts/console-link.js";
import { routes } from "../../shell/routes.js";
import { texts } from "../../texts/scorecard.js";
import { mendOf } from "./mends.js";

const indicators: Record<CheckResult["Status"], StatusIndicatorProps.Type> = {
  PASSED: "success",
  FAILED: "error",
  NOT_APPLICABLE: "not-started",
};
const shownMax = 5;

/** One check: how it stands, and where it falls short what falls short and what mends it. */
export function CheckRow({ check }: { check: CheckResult }) {
  const { Title, Status, Severity, References, Shortcomings = [], ShortcomingCount = 0, Mend, CheckId } = check;
  const mends = Shortcomings.map(({ Resource }) => mendOf(CheckId, Resource));
  const commands = [...new Set(mends.flatMap(({ command }) => command ?? []))];
  const page = mends.find((mend) => mend.page !== undefined)?.page;
  const isThere = page !== undefined && routes.some(({ path }) => path === page.split("?")[0]);
  return (
    <div className="scorecard-check">
      <div className="scorecard-status">
        <StatusIndicator type={indicators[Status]}>{texts.statuses[Status]}</StatusIndicator>
      </div>
      <SpaceBetween size="xs">
        <SpaceBetween direction="horizontal" size="xs" alignItems="center">
          <Box variant="h3" padding="n">
            {Title}
          </Box>
          {Status === "FAILED" && <Badge color={badgeOf(Severity)}>{Severity}</Badge>}
        </SpaceBetween>
        {Shortcomings.slice(0, shownMax).map(({ Resource, Message }) => (
          <Box key={`${Resource} ${Message}`}>
            <Box variant="code">{Resource}</Box> <span>{Message}</span>
          </Box>
        ))}
        {ShortcomingCount > shownMax && (
          <Box color="text-body-secondary">{texts.more(ShortcomingCount - shownMax)}</Box>
        )}
        {Status === "FAILED" && (
          <SpaceBetween size="xxs">
            <Box variant="awsui-key-label">{texts.mend}</Box>
            {commands.length === 0 && <Box>{Mend}</Box>}
            {commands.slice(0, shownMax).map((command) => (
              <CommandLine key={command} command={command} />
            ))}
            {isThere && (
              <ConsoleLink to={page} variant="primary" ariaLabel={texts.goToFor(Title)}>
                {texts.goTo}
              </ConsoleLink>
            )}
          </SpaceBetween>
        )}
        <Box color="text-body-secondary" fontSize="body-s">
          {`${texts.askedBy}: ${References.join("; ")}`}
        </Box>
      </SpaceBetween>
    </div>
  );
}

function badgeOf(severity: string) {
  if (severity === "critical") return "severity-critical" as const;
  if (severity === "high") return "severity-high" as const;
  return severity === "medium" ? ("severity-medium" as const) : ("severity-low" as const);
}
