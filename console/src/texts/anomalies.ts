/** Words of unusual rates, detection rules, findings and alerts. */
export const anomaliesTexts = {
  title: "Anomalies",
  description: "Unusual rates of calls, what detection rules found, and who is told.",
  tabs: { rates: "Unusual rates", findings: "Findings", rules: "Rules", alerts: "Alerts" },
  severity: {
    informational: "Informational",
    low: "Low",
    medium: "Medium",
    high: "High",
    critical: "Critical",
  } as Readonly<Record<string, string>>,
  rates: {
    table: "Unusual rates of calls and errors",
    time: "Began",
    what: "Operation",
    kind: "Rate of",
    calls: "calls",
    errors: (code: string) => `errors (${code})`,
    size: "Calls a minute, usual and then",
    change: (usual: string, then: string) => `${usual} → ${then}`,
    state: "State",
    goesOn: "Goes on",
    ended: (minutes: number) =>
      minutes === 1 ? "Ended after 1 minute" : `Ended after ${minutes.toLocaleString("en")} minutes`,
    show: (name: string) => `Show the rate of ${name}`,
    none: "No unusual rates in this period",
    notHere: "What this address names is not in this period. Choose a longer one, or another of the list.",
    noneBody:
      "Rates are watched for trails and event data stores that have Insights turned on (PutInsightSelectors). A new account is judged after its first minutes, and better each day.",
    heading: (name: string, source: string, of: string, began: string) => `${name} (${source}): ${of}, from ${began}`,
    chart: (name: string, of: string) => `${sentence(of)} of ${name} a minute`,
    end: "Ended",
    counted: "Counted",
    high: "Most that is usual",
    low: "Least that is usual",
    time2: "Time",
    perMinute: (of: string) => `${sentence(of)} a minute`,
    noExplanation: "The record holds no explanation.",
    contributors: "Who and what it was",
    attribute: "What",
    value: "Value",
    meanwhile: "Then, a minute",
    usual: "Usual, a minute",
    attributes: { userIdentityArn: "Caller", userAgent: "Client", errorCode: "Error code" } as Readonly<
      Record<string, string>
    >,
    wentWell: "no error",
    noContributors: "None was told",
    noCounts: "No counts for this time",
  },
  findings: {
    table: "Findings",
    status: "State",
    statuses: { OPEN: "Open", ACKNOWLEDGED: "Accepted", CLOSED: "Dismissed" } as Readonly<Record<string, string>>,
    any: "Any",
    severity: "Severity",
    time: "Last seen",
    title: "What was found",
    caller: "Caller",
    count: "Events",
    none: "Nothing was found",
    noneBody: "Rules look at every call within a second of its reply. What they find in this period is listed here.",
    open: (title: string) => `Open ${title}`,
    rule: "Rule",
    first: "First seen",
    from: "From",
    event: "Operation",
    detail: "Detail",
    events: "Last events",
    note: "Note",
    noteHint: "What became of it, for those who look later",
    by: (who: string, when: string) => `${who}, ${when}`,
    changed: "Last changed",
    accept: "Accept",
    dismiss: "Dismiss",
    reopen: "Reopen",
    saveNote: "Save the note",
    done: (title: string, status: string) => `${title}: ${status.toLowerCase()}.`,
  },
  rules: {
    table: "Detection rules",
    title: "Rule",
    severity: "Severity",
    state: "State",
    origin: "From",
    origins: { SHIPPED: "Shipped", EDITED: "Shipped, edited here", OWN: "Your own" } as Readonly<
      Record<string, string>
    >,
    on: "On",
    off: "Off",
    toggle: (title: string) => `${title} is on`,
    edit: (title: string) => `Edit ${title}`,
    make: "New rule",
    changed: "Last changed",
    none: "There are no rules",
    switched: (title: string, on: boolean) => `${title} is ${on ? "on" : "off"} for what happens from now on.`,
    off2: (title: string) => `Switch off ${title}?`,
    offBody: (title: string) =>
      `What happens from now on is not looked at by “${title}”. Findings that are there stay.`,
    switchOff: "Switch off",
  },
  editor: {
    header: (id: string) => `Rule ${id}`,
    new: "New rule",
    id: "Id",
    idHint: "Lower-case letters, digits, points, hyphens and underscores",
    text: "Rule (Sigma, YAML)",
    learning: "It still learns what is usual, and finds nothing until then.",
    learningUntil: (time: string) => `It learns what is usual until ${time}, and finds nothing before.`,
    days: "Look back",
    daysOf: (days: number) => (days === 1 ? "1 day" : `${days} days`),
    test: "Replay over the past",
    save: "Save",
    saved: (id: string) => `Rule ${id} holds for what happens from now on.`,
    reset: "Back to as shipped",
    remove: "Remove",
    resetHeader: (id: string) => `Make ${id} as it was shipped?`,
    resetBody: "Your edit of it is lost.",
    removeHeader: (id: string) => `Remove ${id}?`,
    removeBody: "The rule and all that it remembers are lost. Findings that are there stay.",
    removed: (id: string) => `Rule ${id}: done.`,
    wouldFind: (findings: number, events: number, scanned: number) =>
      `${findings === 1 ? "1 finding" : `${findings.toLocaleString("en")} findings`} of ${events === 1 ? "1 event" : `${events.toLocaleString("en")} events`} that match; ${scanned === 1 ? "1 event" : `${scanned.toLocaleString("en")} events`} looked at.`,
    wouldFindNothing: (scanned: number) =>
      `It would have found nothing; ${scanned === 1 ? "1 event" : `${scanned.toLocaleString("en")} events`} looked at.`,
    incomplete: (since: string) => `There were more events than are read: only those since ${since} were looked at.`,
    found: "What it would have found",
    stale: "The rule or the days were changed since this replay.",
    time: "Time",
    template: `title: Traces are read from outside the office
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventSource: xray.amazonaws.com
    eventName: [BatchGetTraces, GetTraceSummaries]
  filter_office:
    sourceIPAddress|cidr: 10.0.0.0/8
  condition: selection and not filter_office
level: high
`,
  },
  alerts: {
    header: "Who is told of findings",
    topics: "SNS topics",
    topicsHint: "Each new finding is published once to each topic whose minimum it reaches.",
    arn: "Topic",
    minimum: "From severity",
    add: "Add a topic",
    remove: "Remove",
    empty: "Nobody is told yet.",
    suppression: "The same again within",
    suppressionHint:
      "Seconds in which what a rule finds again of the same caller belongs to the same finding, 60 to 604,800",
    hours: "There are working hours",
    hoursHint: "Rules about changes out of hours find nothing without them.",
    zone: "Time zone",
    days: "Days",
    from: "From",
    until: "Until",
    weekDays: [
      ["MON", "Monday"],
      ["TUE", "Tuesday"],
      ["WED", "Wednesday"],
      ["THU", "Thursday"],
      ["FRI", "Friday"],
      ["SAT", "Saturday"],
      ["SUN", "Sunday"],
    ],
    save: "Save",
    saved: "Alerts are sent like this from now on.",
    failing: (count: number) =>
      count === 1
        ? "1 alert could not be published yet; the service's log says why."
        : `${count} alerts could not be published yet; the service's log says why.`,
  },
} as const;

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
