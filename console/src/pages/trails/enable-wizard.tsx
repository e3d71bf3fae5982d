import Wizard from "@cloudscape-design/components/wizard";
import { useState } from "react";
import { useLocation } from "wouter";
import { texts } from "../../texts/enable-xray.js";
import { type EnableChoices, type Field, type Found, problemsOf } from "./enable-choices.js";
import { ReviewStep } from "./enable-review.js";
import { ActionsStep, DataStep } from "./enable-what.js";
import { LogsStep, TrailStep } from "./enable-where.js";
import { useLastHour } from "./last-hour.js";

export interface StepProps {
  readonly choices: EnableChoices;
  readonly found: Found;
  readonly problems: Partial<Record<Field, string>>;
  readonly change: (change: Partial<EnableChoices>) => void;
}

interface EnableWizardProps {
  readonly choices: EnableChoices;
  readonly found: Found;
  readonly onChange: (choices: EnableChoices) => void;
  readonly onSubmit: () => void;
}

/** Where each choice is made, so that nobody gets past what is not right yet. */
const fieldsOfSteps: readonly (readonly Field[])[] = [["trailName", "bucket"], [], ["names"], ["group", "role"], []];

export function EnableWizard({ choices, found, onChange, onSubmit }: EnableWizardProps) {
  const [, navigate] = useLocation();
  const [active, setActive] = useState(0);
  const sample = useLastHour();
  const problems = problemsOf(choices, found);
  const firstWrong = fieldsOfSteps.findIndex((fields) => fields.some((field) => problems[field] !== undefined));
  const isWrongUpTo = (step: number) => firstWrong !== -1 && firstWrong < step;
  const step: StepProps = {
    choices,
    found,
    problems,
    change: (change) => onChange({ ...choices, ...change }),
  };
  const errorText = isWrongUpTo(active + 1) ? texts.fix : undefined;
  const { trail, data, actions, logs, save, wizard } = texts;
  // All but the first and the last have answers already, so that one may go straight to saving.

  return (
    <Wizard
      activeStepIndex={active}
      allowSkipTo
      i18nStrings={wizard}
      onNavigate={({ detail }) => {
        const { requestedStepIndex: wanted } = detail;
        setActive(isWrongUpTo(wanted) ? Math.max(firstWrong, 0) : wanted);
      }}
      onCancel={() => navigate("/trails")}
      onSubmit={() => {
        if (firstWrong === -1) onSubmit();
        else setActive(firstWrong);
      }}
      steps={[
        {
          title: trail.title,
          description: trail.description,
          content: <TrailStep {...step} />,
          ...(errorText && { errorText }),
        },
        { title: data.title, isOptional: true, description: data.description, content: <DataStep {...step} /> },
        {
          title: actions.title,
          isOptional: true,
          description: actions.description,
          content: <ActionsStep {...step} sample={sample} />,
          ...(errorText && { errorText }),
        },
        {
          title: logs.title,
          isOptional: true,
          description: logs.description,
          content: <LogsStep {...step} />,
          ...(errorText && { errorText }),
        },
        {
          title: save.title,
          description: save.description,
          content: <ReviewStep {...step} sample={sample} />,
        },
      ]}
    />
  );
}
