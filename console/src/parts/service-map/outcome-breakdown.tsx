import { countText, mapTexts, shareText } from "../../texts/service-map.js";
import type { Outcomes } from "./graph.js";
import { outcomeOrder } from "./ring.js";
import "./map-colours.css";
import "./outcome-breakdown.css";

/** How requests ended: a bar, and the figures it is made of. */
export function OutcomeBreakdown({ outcomes }: { outcomes: Outcomes }) {
  return (
    <div className="map-colours">
      <div className="outcome-bar" aria-hidden="true">
        {outcomeOrder.map((outcome) => (
          <span
            key={outcome}
            className={`outcome-${outcome}`}
            style={{ flexGrow: outcomes[outcome], minWidth: outcomes[outcome] > 0 ? 3 : 0 }}
          />
        ))}
      </div>
      <dl className="outcome-list">
        {outcomeOrder.map((outcome) => (
          <div key={outcome}>
            <dt>
              <span className={`outcome-mark outcome-${outcome}`} aria-hidden="true" />
              {mapTexts.outcomes[outcome]}
            </dt>
            <dd>{`${countText(outcomes[outcome])} · ${shareText(outcomes[outcome], outcomes.total)}`}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
