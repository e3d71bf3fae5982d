import Alert from "@cloudscape-design/components/alert";
import { Component, type ReactNode } from "react";
import { common } from "../texts/common.js";

/** Holds a failure of ours within its page. */
export class Broken extends Component<{ children: ReactNode }, { problem?: Error }> {
  override state: { problem?: Error } = {};

  static getDerivedStateFromError(problem: Error) {
    return { problem };
  }

  override render() {
    const { problem } = this.state;
    if (problem === undefined) return this.props.children;
    return (
      <Alert type="error" header={common.broken.header}>
        {common.broken.body} {problem.message}
      </Alert>
    );
  }
}
