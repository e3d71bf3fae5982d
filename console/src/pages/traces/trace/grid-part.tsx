import type { ComponentProps } from "react";

/**
 * A part of a tree grid, whose lines are placed by themselves as no table's are. The grid has the focus and names the
 * active line, so that a line that is scrolled away takes no focus with it.
 */
export function GridPart(
  props: ComponentProps<"div"> & { readonly role: "rowgroup" | "row" | "gridcell" | "columnheader" },
) {
  return <div {...props} />;
}
