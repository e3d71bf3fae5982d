import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import { common } from "../texts/common.js";
import "./command-line.css";

/** A command to be copied into a terminal. */
export function CommandLine({ command }: { command: string }) {
  return (
    <div className="command-line">
      <Box variant="code">{command}</Box>
      <CopyToClipboard
        variant="icon"
        textToCopy={command}
        copyButtonAriaLabel={common.copy(command.length > 80 ? `${command.slice(0, 80)}…` : command)}
        copySuccessText={common.copied}
        copyErrorText={common.notCopied}
      />
    </div>
  );
}
