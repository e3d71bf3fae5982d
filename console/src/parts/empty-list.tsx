import Box from "@cloudscape-design/components/box";
import type { Failure } from "../api/failure.js";
import { common } from "../texts/common.js";

/** What an empty list says. One that could not be read is not empty: nothing is claimed of it. */
export function EmptyList({ failure, text }: { failure: Failure | undefined; text: string }) {
  return <Box textAlign="center">{failure === undefined ? text : common.nothing}</Box>;
}
