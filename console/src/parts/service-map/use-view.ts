import { type PointerEvent, type RefObject, useCallback, useEffect, useRef } from "react";
import { type Extent, nodeHeight, nodeWidth, type Point } from "./layout.js";

const scaleMin = 0.05;
const scaleMax = 2.5;
/** Fitting does not blow up the map of two services. */
const fitScaleMax = 1.2;
const margin = 16;
/** Room for the buttons below. */
const foot = 36;
/** A pointer that moved less was to click. */
const dragPixels = 4;

interface View {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/**
 * What part of the map is seen. Moving it touches one attribute and renders nothing anew, however many services there
 * are. It fits itself to what there is until somebody moves it.
 *
 * @param options `wheel`: turning the wheel zooms, and does not scroll the page.
 */
export function useView(
  svg: RefObject<SVGSVGElement | null>,
  scene: RefObject<SVGGElement | null>,
  extent: Extent,
  { wheel }: { wheel: boolean },
) {
  const view = useRef<View>({ x: 0, y: 0, scale: 1 });
  const touched = useRef(false);
  const latestExtent = useRef(extent);
  latestExtent.current = extent;

  const show = useCallback(
    (next: View) => {
      view.current = next;
      scene.current?.setAttribute("transform", `translate(${next.x} ${next.y}) scale(${next.scale})`);
    },
    [scene],
  );

  const showAll = useCallback(() => {
    const box = svg.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0 || box.height === 0) return;
    touched.current = false;
    const { left, top, right, bottom } = latestExtent.current;
    const [width, height] = [Math.max(right - left, nodeWidth), Math.max(bottom - top, nodeHeight)];
    const scale = Math.min(fitScaleMax, (box.width - 2 * margin) / width, (box.height - 2 * margin - foot) / height);
    show({
      scale,
      x: box.width / 2 - scale * (left + (right - left) / 2),
      y: (box.height - foot) / 2 - scale * (top + (bottom - top) / 2),
    });
  }, [svg, show]);

  /** @param at a place in the picture that stays where it is; its middle if left out. */
  const zoom = useCallback(
    (factor: number, at?: Point) => {
      const box = svg.current?.getBoundingClientRect();
      if (box === undefined) return;
      touched.current = true;
      const centre = at ?? { x: box.width / 2, y: box.height / 2 };
      const { x, y, scale } = view.current;
      const next = Math.min(scaleMax, Math.max(scaleMin, scale * factor));
      const ratio = next / scale;
      show({ scale: next, x: centre.x - (centre.x - x) * ratio, y: centre.y - (centre.y - y) * ratio });
    },
    [svg, show],
  );

  /** Moves the map so that a place is well inside. */
  const reveal = useCallback(
    ({ x: placeX, y: placeY }: Point) => {
      const box = svg.current?.getBoundingClientRect();
      if (box === undefined) return;
      const { x, y, scale } = view.current;
      const [atX, atY] = [x + placeX * scale, y + placeY * scale];
      const [halfWidth, halfHeight] = [(nodeWidth / 2) * scale, (nodeHeight / 2) * scale];
      const isInside =
        atX >= halfWidth && atX <= box.width - halfWidth && atY >= halfHeight && atY <= box.height - halfHeight;
      if (isInside) return;
      touched.current = true;
      show({ scale, x: box.width / 2 - placeX * scale, y: box.height / 2 - placeY * scale });
    },
    [svg, show],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: what there is has changed.
  useEffect(() => {
    if (!touched.current) showAll();
  }, [showAll, extent.left, extent.top, extent.right, extent.bottom]);

  useEffect(() => {
    const observer = new ResizeObserver(() => {
      if (!touched.current) showAll();
    });
    observer.observe(svg.current!);
    return () => observer.disconnect();
  }, [svg, showAll]);

  useEffect(() => {
    const element = svg.current;
    if (!wheel || element === null) return;
    const turn = (event: WheelEvent) => {
      event.preventDefault();
      const box = element.getBoundingClientRect();
      zoom(Math.exp(-event.deltaY * 0.0015), { x: event.clientX - box.left, y: event.clientY - box.top });
    };
    // React listens passively, and the page would scroll.
    element.addEventListener("wheel", turn, { passive: false });
    return () => element.removeEventListener("wheel", turn);
  }, [svg, wheel, zoom]);

  const drag = useRef<{ startX: number; startY: number; from: View; moving: boolean } | undefined>(undefined);
  const pointer = {
    onPointerDown({ button, clientX, clientY }: PointerEvent) {
      if (button === 0) drag.current = { startX: clientX, startY: clientY, from: view.current, moving: false };
    },
    onPointerMove({ clientX, clientY, pointerId }: PointerEvent) {
      if (drag.current === undefined) return;
      const { startX, startY, from } = drag.current;
      const [dx, dy] = [clientX - startX, clientY - startY];
      if (!drag.current.moving) {
        if (Math.hypot(dx, dy) < dragPixels) return;
        drag.current.moving = true;
        touched.current = true;
        // What is under the pointer at the end is not meant.
        svg.current?.setPointerCapture(pointerId);
      }
      show({ ...from, x: from.x + dx, y: from.y + dy });
    },
    onPointerUp() {
      drag.current = undefined;
    },
    onPointerCancel() {
      drag.current = undefined;
    },
  };

  return { showAll, zoom, reveal, pointer };
}
