import Checkbox from "@cloudscape-design/components/checkbox";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";
import { useUrlParameters, useUrlState } from "../../api/use-url-state.js";
import { PeriodPicker } from "../../parts/period-picker.js";
import { useChosenPeriod } from "../../parts/use-period.js";
import { texts } from "../../texts/exposure.js";
import { AnnotationShown, CallerShown, TraceShown, type Within } from "./answers-shown.js";
import { problemOf, type Question, readQuestion, writeQuestion } from "./question.js";
import { QuestionForm } from "./question-form.js";

/** Who has seen which traces: by trace, by caller, by customer. */
export default function ExposurePage() {
  const [parameters, setParameters] = useUrlParameters();
  const search = parameters.toString();
  const question = useMemo(() => readQuestion(new URLSearchParams(search)), [search]);
  const address = writeQuestion(question).toString();
  const [limited, setLimited] = useUrlState("within");
  const period = useChosenPeriod("7d");
  const [round, setRound] = useState(0);

  // A relative period is taken once, so that all pages of an answer are of the same time.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` and `address` ask anew.
  const within = useMemo((): Within => {
    if (limited === "") return {};
    const { start, end } = period.resolve();
    return { StartTime: start.getTime() / 1000, EndTime: end.getTime() / 1000 };
  }, [limited, period, round, address]);

  function ask(asked: Question) {
    setRound((before) => before + 1);
    setParameters(
      (before) => {
        const after = writeQuestion(asked);
        for (const kept of ["within", "period"]) if (before.has(kept)) after.set(kept, before.get(kept)!);
        return after;
      },
      { push: true },
    );
  }

  return (
    <ContentLayout
      header={
        <Header variant="h1" description={texts.subtitle}>
          {texts.title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <QuestionForm key={address} question={question} onAsk={ask}>
          <SpaceBetween direction="horizontal" size="m" alignItems="center">
            <Checkbox checked={limited !== ""} onChange={({ detail }) => setLimited(detail.checked ? "period" : "")}>
              {texts.within}
            </Checkbox>
            {limited !== "" && <PeriodPicker period={period} daysMax={3650} />}
          </SpaceBetween>
        </QuestionForm>
        {problemOf(question) === undefined && <Shown key={`${address} ${round}`} question={question} within={within} />}
      </SpaceBetween>
    </ContentLayout>
  );
}

function Shown({ question, within }: { question: Question; within: Within }) {
  switch (question.kind) {
    case "trace":
      return <TraceShown question={question} within={within} />;
    case "caller":
      return <CallerShown question={question} within={within} />;
    case "annotation":
      return <AnnotationShown question={question} within={within} />;
  }
}
