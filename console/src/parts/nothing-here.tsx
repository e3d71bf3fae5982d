import Box from "@cloudscape-design/components/box";

/** What stands where a list is empty: that there is nothing, and what to do. */
export function NothingHere({ text, hint }: { text: string; hint?: string | undefined }) {
  return (
    <Box textAlign="center">
      <Box variant="strong">{text}</Box>
      {hint !== undefined && <Box variant="p">{hint}</Box>}
    </Box>
  );
}
