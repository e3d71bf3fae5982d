import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import { common } from "../texts/common.js";
import "./json-view.css";

/** JSON as it is, to be read and copied. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return (
    <div className="json-view">
      <Box float="right">
        <CopyToClipboard
          variant="icon"
          textToCopy={text}
          copyButtonAriaLabel={common.copy(label)}
          copySuccessText={common.copied}
          copyErrorText={common.notCopied}
        />
      </Box>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section tabIndex={0} aria-label={label}>
        <pre>{text}</pre>
      </section>
    </div>
  );
}
