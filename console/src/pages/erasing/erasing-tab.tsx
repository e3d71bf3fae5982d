import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { callExtension } from "../../api/extension.js";
import { useUrlState } from "../../api/use-url-state.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { notify } from "../../shell/notices.js";
import { texts as all } from "../../texts/erasing.js";
import { ErasureForm } from "./erasure-form.js";
import { ErasureHistory } from "./erasure-history.js";
import { ErasureProgress } from "./erasure-progress.js";
import { type Erasure, type ErasureDraft, inputOf } from "./erasures.js";

const texts = all.erasing;

/** Counts first, asks, erases, and shows how far it is. The one looked at stands in the address. */
export function ErasingTab() {
  const [erasureId, setErasureId] = useUrlState("erasure");
  /** What was counted, and as which, so that the very same can be erased, and nothing else that is looked at. */
  const [counted, setCounted] = useState<{ readonly erasureId: string; readonly draft: ErasureDraft }>();
  const [asking, setAsking] = useState<number>();
  const isCountedShown = counted?.erasureId === erasureId;
  const [round, setRound] = useState(0);

  async function start(draft: ErasureDraft, isDryRun: boolean) {
    const { ErasureId } = await callExtension<{ ErasureId: string }>(
      "xray",
      "StartTraceErasure",
      inputOf(draft, isDryRun),
    );
    setCounted(isDryRun ? { erasureId: ErasureId, draft } : undefined);
    setErasureId(ErasureId);
    setRound((before) => before + 1);
  }

  return (
    <SpaceBetween size="l">
      {erasureId === "" ? (
        <ErasureForm initial={counted?.draft} onCount={(draft) => start(draft, true)} />
      ) : (
        <ErasureProgress
          key={erasureId}
          erasureId={erasureId}
          onErase={isCountedShown ? ({ TraceCount = 0 }: Erasure) => setAsking(TraceCount) : undefined}
          onEnded={() => setRound((before) => before + 1)}
          onLeave={() => setErasureId("")}
        />
      )}
      <ErasureHistory key={round} onShow={setErasureId} />
      {asking !== undefined && counted !== undefined && isCountedShown && (
        <ConfirmDialog
          header={texts.confirmHeader(asking)}
          action={texts.erase}
          typed={{ text: texts.confirmWord, label: texts.confirmType }}
          onClose={() => setAsking(undefined)}
          onConfirm={async () => {
            await start(counted.draft, false);
            notify("info", texts.started);
            setAsking(undefined);
          }}
        >
          <SpaceBetween size="xs">
            <strong>{texts.confirmUndone}</strong>
            <div>{texts.confirmRecord}</div>
            <div>{texts.confirmCopies}</div>
          </SpaceBetween>
        </ConfirmDialog>
      )}
    </SpaceBetween>
  );
}
