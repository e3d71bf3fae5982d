import { autocompletion, type CompletionSource, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, linter } from "@codemirror/lint";
import { Annotation, Compartment, EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useLayoutEffect, useRef } from "react";
import { home } from "../api/home.js";
import "./code-editor.css";

export interface CodeEditorProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What screen readers call it. */
  readonly label: string;
  /** One line, for expressions: Enter calls `onSubmit` in place of breaking the line. */
  readonly singleLine?: boolean;
  /** Called on Ctrl+Enter too. Without it the form around the editor is submitted. */
  readonly onSubmit?: () => void;
  /** Grammar and what comes with it, as `sql()` or `json()`. */
  readonly language?: Extension;
  readonly complete?: CompletionSource;
  /** Mistakes in the text as it is, each where it is. */
  readonly diagnose?: (text: string) => readonly Diagnostic[] | Promise<readonly Diagnostic[]>;
  readonly placeholder?: string;
  readonly readOnly?: boolean;
}

/** Colours that the design system defines for both modes, so that contrast holds in either. */
const highlighting = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.typeName], class: "code-keyword" },
  { tag: [tags.string, tags.special(tags.string)], class: "code-string" },
  { tag: [tags.number, tags.bool, tags.null], class: "code-number" },
  { tag: [tags.propertyName, tags.function(tags.variableName)], class: "code-name" },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], class: "code-comment" },
]);

/** Marks a text that the page gave: it is not told back as if somebody had typed it. */
const isGiven = Annotation.define<boolean>();

/** An editor for expressions, SQL and JSON, with completion, and with mistakes shown where they are. */
export function CodeEditor(props: CodeEditorProps) {
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const language = useRef(new Compartment());

  useEffect(() => {
    const submit = () => {
      if (latest.current.onSubmit !== undefined) latest.current.onSubmit();
      else parent.current?.closest("form")?.requestSubmit();
      return true;
    };
    const { singleLine, label, readOnly } = latest.current;
    const created = new EditorView({
      parent: parent.current!,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          EditorView.cspNonce.of(home.nonce),
          keymap.of([
            { key: "Mod-Enter", run: submit },
            ...completionKeymap,
            ...(singleLine ? [{ key: "Enter", run: submit }] : []),
            ...historyKeymap,
            ...defaultKeymap,
          ]),
          history(),
          drawSelection(),
          syntaxHighlighting(highlighting),
          singleLine
            ? EditorState.transactionFilter.of((change) => (change.newDoc.lines > 1 ? [] : change))
            : lineNumbers(),
          // What is pasted into one line becomes one.
          EditorView.clipboardInputFilter.of((text) => (singleLine ? text.replace(/\s*\n\s*/g, " ") : text)),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label, ...(singleLine && { "aria-multiline": "false" }) }),
          EditorState.readOnly.of(readOnly === true),
          placeholder(latest.current.placeholder ?? ""),
          autocompletion({ override: [(context) => latest.current.complete?.(context) ?? null] }),
          linter(async ({ state }) => (await latest.current.diagnose?.(state.doc.toString())) ?? [], { delay: 300 }),
          language.current.of(latest.current.language ?? []),
          EditorView.updateListener.of((update) => {
            const isTyped = update.transactions.some((each) => each.docChanged && !each.annotation(isGiven));
            if (isTyped) latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = created;
    return () => created.destroy();
  }, []);

  // Before anything more can be typed: later, an older value would take away what was typed since.
  useLayoutEffect(() => {
    const { current } = view;
    if (current === undefined || current.state.doc.toString() === props.value) return;
    const changes = { from: 0, to: current.state.doc.length, insert: props.value };
    current.dispatch({ changes, annotations: isGiven.of(true) });
  }, [props.value]);

  useEffect(() => {
    view.current?.dispatch({ effects: language.current.reconfigure(props.language ?? []) });
  }, [props.language]);

  return <div ref={parent} className={props.singleLine ? "code-editor code-editor-line" : "code-editor"} />;
}
