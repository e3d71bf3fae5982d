import { useCallback, useEffect, useMemo, useState } from "react";
import { useSession } from "../../api/use-session.js";
import type { MapGraph } from "./graph.js";
import { keepPlaces, keptPlaces } from "./kept-places.js";
import { arrange, type Places, placeNodes } from "./layout.js";

/** Where the nodes of a map stand. The browser remembers it, for each account and region. */
export function usePlaces(graph: MapGraph): { places: Places; arrangeAnew: () => void } {
  const { person, role, region } = useSession();
  const scope = `${(role ?? person)?.accountId} ${region}`;
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` counts what arrangeAnew has changed.
  const places = useMemo(() => placeNodes(graph, keptPlaces(scope, graph)), [graph, scope, round]);
  useEffect(() => keepPlaces(scope, places), [scope, places]);

  const arrangeAnew = useCallback(() => {
    keepPlaces(scope, arrange(graph));
    setRound((before) => before + 1);
  }, [graph, scope]);
  return { places, arrangeAnew };
}
