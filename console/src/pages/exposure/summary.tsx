import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { useMoments } from "../../parts/moments.js";
import { common } from "../../texts/common.js";
import { texts } from "../../texts/exposure.js";

interface SummaryProps {
  readonly sentence: string;
  readonly counts: readonly { readonly label: string; readonly value: number }[];
  readonly times: { readonly FirstReadTime?: number; readonly LastReadTime?: number };
  readonly completeSince: number;
  readonly children?: ReactNode;
}

/** The answer in a sentence, its figures, and from when on nothing is missing. */
export function Summary({ sentence, counts, times, completeSince, children }: SummaryProps) {
  const moments = useMoments();
  const time = (seconds: number | undefined) => (seconds === undefined ? common.nothing : moments.full(seconds * 1000));
  const pairs = [
    ...counts.map(({ label, value }) => ({ label, value: value.toLocaleString("en") })),
    { label: texts.first, value: time(times.FirstReadTime) },
    { label: texts.last, value: time(times.LastReadTime) },
  ];
  return (
    <Container>
      <SpaceBetween size="m">
        <Box variant="h2">{sentence}</Box>
        <KeyValuePairs columns={4} items={pairs} />
        {children}
        <Box color="text-body-secondary" fontSize="body-s">
          {texts.completeHint(`${moments.full(completeSince * 1000)} ${moments.zone}`)}
        </Box>
      </SpaceBetween>
    </Container>
  );
}
