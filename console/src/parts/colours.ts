import "./colours.css";

/** Colours for drawings of our own, which hold in light and in dark. */
export const colours = {
  ink: "var(--ink)",
  quiet: "var(--quiet)",
  ground: "var(--ground)",
  line: "var(--line)",
} as const;

/** How requests ended, wherever that is drawn. */
export const healthColours = {
  ok: "var(--health-ok)",
  error: "var(--health-error)",
  fault: "var(--health-fault)",
  throttle: "var(--health-throttle)",
} as const;
