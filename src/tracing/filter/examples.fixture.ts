import type { ExampleTrace } from "./example-traces.fixture.js";
import type { FilterProblem } from "./filter-error.js";

/** A filter expression, what it means, and which of the example traces it finds. */
export interface Example {
  readonly expression: string;
  readonly meaning: string;
  readonly finds: readonly ExampleTrace[];
}

/** A filter expression that is refused, and the beginning of the message. */
export interface RefusedExample {
  readonly expression: string;
  readonly problem: FilterProblem;
  readonly message: string;
}

/** Groups that the examples name. */
export const exampleGroups = [
  { name: "Default", arn: "arn:aws:xray:eu-west-1:123456789012:group/Default", filterExpression: "" },
  { name: "slow", arn: "arn:aws:xray:eu-west-1:123456789012:group/slow/AAAA", filterExpression: "responsetime > 2" },
  {
    name: "bad-carts",
    arn: "arn:aws:xray:eu-west-1:123456789012:group/bad-carts/BBBB",
    filterExpression: 'group.name = "slow" AND http.url CONTAINS "/cart/"',
  },
];

const all: readonly ExampleTrace[] = ["purchase", "cart", "health", "running"];
const butCart = all.filter((name) => name !== "cart");

/** The language by examples; the guide shows them by these headings. */
export const examples: Readonly<Record<string, readonly Example[]>> = {
  "How a trace ended": [
    { expression: "ok", meaning: "the root answered without fault, error or throttle", finds: butCart },
    { expression: "!ok", meaning: "it did not", finds: ["cart"] },
    { expression: "ok = false", meaning: "the same", finds: ["cart"] },
    { expression: "ok != true", meaning: "the same", finds: ["cart"] },
    { expression: "OK", meaning: "case does not matter in keywords", finds: butCart },
    { expression: "error", meaning: "the root answered 4xx", finds: [] },
    { expression: "fault", meaning: "the root answered 5xx", finds: ["cart"] },
    { expression: "!fault", meaning: "it did not", finds: butCart },
    { expression: "Fault", meaning: "like `fault`", finds: ["cart"] },
    { expression: "throttle", meaning: "anything in the trace was answered 429", finds: ["cart"] },
    { expression: "partial", meaning: "something is still missing or in progress", finds: ["running"] },
    { expression: "!partial", meaning: "all segments are complete", finds: ["purchase", "cart", "health"] },
    { expression: "inferred", meaning: "some segment is inferred", finds: ["purchase", "cart", "running"] },
  ],
  "How long it took": [
    { expression: "responsetime > 4", meaning: "the root took more than 4 seconds", finds: ["cart"] },
    { expression: "RESPONSETIME > 0", meaning: "any response time", finds: ["purchase", "cart", "health"] },
    { expression: "responsetime", meaning: "the root has ended", finds: ["purchase", "cart", "health"] },
    { expression: "!responsetime", meaning: "the root has not ended", finds: ["running"] },
    {
      expression: "duration >= 0.2 AND duration <= 0.5",
      meaning: "from first start to last end 0.2 to 0.5 seconds",
      finds: ["purchase"],
    },
    {
      expression: "duration >= 0.5 AND duration <= 0.9",
      meaning: "0.5 to 0.9 seconds",
      finds: ["running"],
    },
    {
      expression: "ok !partial duration <1.5",
      meaning: "three terms side by side: all of them",
      finds: ["purchase", "health"],
    },
  ],
  "What was asked": [
    { expression: "http.status = 429", meaning: "the root answered 429", finds: [] },
    { expression: "http.status != 200", meaning: "the root's status is known and not 200", finds: ["cart", "health"] },
    { expression: "http.status != 204", meaning: "known and not 204", finds: ["purchase", "cart"] },
    { expression: "http.status < 300", meaning: "2xx", finds: ["purchase", "health"] },
    { expression: 'http.url CONTAINS "/cart/"', meaning: "a part of the root's URL", finds: ["cart"] },
    { expression: 'http.url BEGINSWITH "https://shop."', meaning: "its beginning", finds: ["cart", "health"] },
    { expression: 'http.url ENDSWITH "/health"', meaning: "its end", finds: ["health"] },
    { expression: "http.url", meaning: "the URL is known", finds: ["purchase", "cart", "health"] },
    { expression: "http.url AND responseTime > 1", meaning: "it is known, and slow", finds: ["cart"] },
    { expression: 'http.method = "POST"', meaning: "the method", finds: ["purchase"] },
    { expression: 'http.method = "post"', meaning: "case does matter in texts", finds: [] },
    { expression: 'http.useragent CONTAINS "curl"', meaning: "a part of the user agent", finds: ["health"] },
    { expression: 'http.clientip = "203.0.113.9"', meaning: "the client's address", finds: ["purchase"] },
    {
      expression: 'http.url BEGINSWITH "http://shop" AND http.method = "POST"',
      meaning: "both",
      finds: ["purchase"],
    },
    { expression: 'http.url BEGINSWITH "http://shop" http.method = "POST"', meaning: "both", finds: ["purchase"] },
    {
      expression: 'http.url BEGINSWITH "https://shop." AND http.url CONTAINS "/v3/" AND !service("pay")',
      meaning: "asked for by URL, and a service was not reached",
      finds: ["cart"],
    },
    {
      expression: 'http.url BEGINSWITH "https://shop." AND http.url CONTAINS "/v3/" AND !service("orders")',
      meaning: "this one was reached",
      finds: [],
    },
    {
      expression: 'fault = true AND http.url CONTAINS "cart" AND responsetime >= 2',
      meaning: "what a group may look like",
      finds: ["cart"],
    },
  ],
  "Who and where": [
    { expression: 'user = "u-100"', meaning: "the user of any segment", finds: ["purchase"] },
    { expression: 'user = "u-201"', meaning: "any, not only the root", finds: ["cart"] },
    { expression: 'user != "u-200"', meaning: "some user is another", finds: ["purchase", "cart"] },
    { expression: '!(user = "u-200")', meaning: "no user is this one", finds: ["purchase", "health", "running"] },
    { expression: 'user CONTAINS ""', meaning: "a user is known", finds: ["purchase", "cart"] },
    { expression: "!user", meaning: "no user is known", finds: ["health", "running"] },
    { expression: 'availabilityzone = "eu-west-1b"', meaning: "the zone of any segment", finds: ["cart"] },
    { expression: 'instance.id = "i-0123456789abcdef0"', meaning: "an instance", finds: ["cart"] },
    { expression: 'resource.arn ENDSWITH ":function:resize"', meaning: "a resource", finds: ["cart"] },
    { expression: 'account.id = "123456789012"', meaning: "the account of any segment", finds: ["cart"] },
  ],
  Annotations: [
    { expression: 'annotation.cart = "c1"', meaning: "a text", finds: ["purchase"] },
    { expression: 'annotation[cart] = "c1"', meaning: "the same", finds: ["purchase"] },
    { expression: "annotation.cart", meaning: "the key is set", finds: ["purchase"] },
    { expression: "!annotation.cart", meaning: "it is not", finds: ["cart", "health", "running"] },
    { expression: "annotation.other", meaning: "nobody set this one", finds: [] },
    { expression: "annotation.items > 12", meaning: "a number", finds: ["cart"] },
    { expression: 'annotation.items = "13"', meaning: "a number is no text", finds: [] },
    { expression: 'annotation.account = "12345"', meaning: "a text of digits is a text", finds: ["cart"] },
    { expression: "annotation.account = 12345", meaning: "and no number", finds: [] },
    { expression: "annotation.items", meaning: "the key is set", finds: ["cart"] },
    { expression: "!annotation.items", meaning: "it is not", finds: ["purchase", "health", "running"] },
    { expression: 'annotation.items CONTAINS ""', meaning: "the same", finds: ["cart"] },
    { expression: "annotation.beta = true", meaning: "a boolean", finds: ["cart"] },
    { expression: "annotation.beta", meaning: "a boolean alone stands for its value", finds: ["cart"] },
    { expression: "annotation.beta = false", meaning: "set, and false", finds: ["health"] },
    { expression: "annotation.tier = gold", meaning: "a word needs no quotes", finds: ["cart"] },
    {
      expression: 'annotation[aws.local.operation]="GET /orders"',
      meaning: "a key with dots stands in brackets",
      finds: ["cart"],
    },
    {
      expression: 'Annotation[aws.local.environment] = "k8s:prod"',
      meaning: "case does not matter in the keyword",
      finds: ["cart"],
    },
    { expression: 'annotation[aws.local.operation] = "x"', meaning: "another value", finds: [] },
    { expression: 'annotation["api_id"] = "abc"', meaning: "a key in quotes", finds: ["cart"] },
    { expression: 'annotation[api_id] = "abc"', meaning: "brackets around any key", finds: ["cart"] },
    { expression: 'annotation.CART = "c1"', meaning: "case does matter in keys", finds: [] },
  ],
  Services: [
    { expression: 'service("orders")', meaning: "the trace touched the service", finds: ["cart"] },
    { expression: '!service("orders")', meaning: "it did not", finds: ["purchase", "health", "running"] },
    { expression: '!service("nosuch")', meaning: "true of every trace", finds: all },
    { expression: 'service("orders") { fault }', meaning: "the service itself failed", finds: ["cart"] },
    { expression: 'service("pay") { fault }', meaning: "even if the root did not", finds: ["purchase"] },
    { expression: 'service("shop") { fault }', meaning: "the shop coped", finds: [] },
    { expression: "service() { fault }", meaning: "any service failed", finds: ["purchase", "cart"] },
    { expression: "service() { fault = true }", meaning: "the same", finds: ["purchase", "cart"] },
    { expression: 'service("shop") {root = true}', meaning: "it was the entry", finds: ["purchase"] },
    { expression: 'service("pay") {root = true}', meaning: "it was not", finds: [] },
    {
      expression: 'service("front") {root = true and fault = true}',
      meaning: "it was the entry, and failed",
      finds: ["cart"],
    },
    {
      expression: 'service("orders") { fault = true OR responsetime > 0.8 } AND annotation.tier = "gold"',
      meaning: "it failed or was slow, for a gold customer",
      finds: ["cart"],
    },
    {
      expression: 'service(id(type: "AWS::Lambda::Function")) { error }',
      meaning: "any function had an error",
      finds: ["cart"],
    },
    {
      expression: 'service(id(name: "resize", type: "AWS::Lambda::Function")) { error }',
      meaning: "one function, not the service that invoked it",
      finds: ["cart"],
    },
    {
      expression: 'service(id(name: "resize", type: "AWS::Lambda")) { error }',
      meaning: "the service that invoked it had none",
      finds: [],
    },
    { expression: 'service(id(account.id: "123456789012"))', meaning: "any service of an account", finds: ["cart"] },
    {
      expression: 'service(id(account.id:"111111111111")) OR service(id(account.id:"222222222222"))',
      meaning: "of either account",
      finds: ["cart"],
    },
    {
      expression: 'service(id(name: "carts", type: "AWS::DynamoDB::Table"))',
      meaning: "a table",
      finds: ["purchase", "cart"],
    },
    { expression: 'service(id(name: "carts", type: "AWS::S3::Bucket"))', meaning: "no such bucket", finds: [] },
    {
      expression: 'service(id(name: "carts", type: "AWS::DynamoDB::Table")) { throttle }',
      meaning: "the table throttled",
      finds: ["cart"],
    },
    { expression: 'service(id(type: "client"))', meaning: "clients are nodes, too", finds: all },
    { expression: 'service(id(type: "client")) { ok }', meaning: "but have no segments", finds: [] },
    { expression: 'service(id(type: ""))', meaning: "a node without a type", finds: ["purchase"] },
    { expression: 'service("jobs") { inferred }', meaning: "a segment was inferred", finds: ["running"] },
    { expression: 'service() { name = traces type = "x" }', meaning: "name and type of the same node", finds: [] },
    { expression: 'service("worker") { responsetime >= 0 }', meaning: "what is in progress has no length", finds: [] },
    { expression: 'service("worker") { !duration }', meaning: "it is in progress", finds: ["running"] },
  ],
  Calls: [
    { expression: 'edge("shop", "pay")', meaning: "the call happened", finds: ["purchase"] },
    { expression: 'edge("pay", "shop")', meaning: "not in this direction", finds: [] },
    { expression: 'edge("shop", "pay") { fault }', meaning: "the caller saw it fail", finds: ["purchase"] },
    { expression: 'edge("front", "orders")', meaning: "the call happened", finds: ["cart"] },
    { expression: 'edge("front", "orders") { error }', meaning: "it failed with 4xx", finds: [] },
    {
      expression:
        'edge(id(name: "front", type: "AWS::EC2::Instance"), id(name: "orders", type: "remote")) { fault = true }',
      meaning: "with types",
      finds: ["cart"],
    },
    { expression: 'edge("front", "orders") { responsetime > 1 }', meaning: "a slow call", finds: ["cart"] },
    {
      expression: 'edge("front", "orders") { responsetime > 1.5 }',
      meaning: "as the caller saw it, network included",
      finds: ["cart"],
    },
    { expression: 'edge(id(type: "client"), "front") { fault }', meaning: "a client's call", finds: ["cart"] },
    { expression: 'edge("jobs", "worker")', meaning: "a link of messages is an edge", finds: ["running"] },
    { expression: 'edge("jobs", "worker") { responsetime }', meaning: "but has no response time", finds: [] },
    { expression: 'edge("shop", "pay") { user }', meaning: "a call has no user of its own", finds: [] },
  ],
  "Root causes": [
    {
      expression: 'rootcause.fault.service { name = "pay" }',
      meaning: "a fault was caused in, or passed through, a service",
      finds: ["purchase"],
    },
    { expression: "rootcause.fault.service", meaning: "there is a root cause of a fault", finds: ["purchase", "cart"] },
    {
      expression: 'rootcause.fault.service { inferred and name = "orders" and type = "remote" }',
      meaning: "the culprit was inferred",
      finds: ["cart"],
    },
    {
      expression: 'rootcause.error.service { inferred and name = "carts" and type = "AWS::DynamoDB::Table" }',
      meaning: "a table was it",
      finds: ["cart"],
    },
    {
      expression: 'rootcause.fault.service { inferred and name = "carts" and type = "AWS::DynamoDB::Table" }',
      meaning: "no fault was caused by this table",
      finds: [],
    },
    { expression: "rootcause.fault.service { index > 3 }", meaning: "a long chain (the first is 0)", finds: [] },
    { expression: "rootcause.fault.service { index = 1 }", meaning: "of two at least", finds: ["purchase", "cart"] },
    {
      expression: 'rootcause.fault.service { first and name = "pay" }',
      meaning: "all in braces holds for the same element",
      finds: [],
    },
    {
      expression: 'rootcause.fault.entity { last and name = "render" }',
      meaning: "the last entity of a cause",
      finds: ["cart"],
    },
    {
      expression: 'rootcause.fault.entity { last and name = "parse" }',
      meaning: "another entity",
      finds: [],
    },
    {
      expression: 'rootcause.error.entity { last and name = "parse" }',
      meaning: "it is not the last of all services",
      finds: [],
    },
    {
      expression: 'rootcause.fault.exception { message = "bank did not answer" }',
      meaning: "an exception's message",
      finds: ["purchase"],
    },
    {
      expression: 'rootcause.fault.exception { last and message = "bank did not answer" }',
      meaning: "the last exception of its entity",
      finds: ["purchase"],
    },
    {
      expression: 'rootcause.fault.exception { message CONTAINS "bank" }',
      meaning: "a part of it",
      finds: ["purchase"],
    },
    {
      expression: 'rootcause.error.exception { name = "ValidationError" }',
      meaning: "the exception's type",
      finds: ["cart"],
    },
    {
      expression: 'rootcause.responsetime.entity { remote and coverage > 0.5 and name = "lambda.example.com" }',
      meaning: "a slow remote call",
      finds: ["cart"],
    },
    {
      expression: 'rootcause.responsetime.entity { remote and coverage > 0.6 and name = "pay.example.com" }',
      meaning: "no other call took so long",
      finds: [],
    },
    {
      expression: "rootcause.responsetime.entity { last and coverage > 0.9 }",
      meaning: "one leaf took all the time",
      finds: [],
    },
    {
      expression: 'rootcause.responsetime.service { last and type = "AWS::Lambda" }',
      meaning: "the type of the culprit",
      finds: ["cart"],
    },
    {
      expression: 'rootcause.responsetime.service { last and type = "AWS::DynamoDB::Table" }',
      meaning: "no table was it",
      finds: [],
    },
    {
      expression:
        'rootcause.json = #[{"Services":[{"Name":"front","EntityPath":[{"Name":"front"},{"Name":"render"}]}]}]',
      meaning: "this path; what is left out may be anything",
      finds: ["cart"],
    },
    {
      expression: 'rootcause.json = #[{"Services":[{"Name":"front","EntityPath":[{"Name":"front"}]}]}]',
      meaning: "lists are compared whole",
      finds: [],
    },
    {
      expression: 'rootcause.json = #[{"Services":[{"Name":"shop"},{"Name":"pay","Type":null}]}]',
      meaning: "null: absent, or empty",
      finds: ["purchase"],
    },
  ],
  Groups: [
    { expression: 'group.name = "slow"', meaning: "what the group's expression finds", finds: ["cart"] },
    { expression: 'group.name != "slow"', meaning: "the rest", finds: butCart },
    {
      expression: 'group.name = "slow" AND user = "u-200"',
      meaning: "group and user",
      finds: ["cart"],
    },
    { expression: 'group.name = "bad-carts"', meaning: "a group may be made of groups", finds: ["cart"] },
    {
      expression: 'group.arn = "arn:aws:xray:eu-west-1:123456789012:group/slow/AAAA"',
      meaning: "by ARN",
      finds: ["cart"],
    },
    { expression: "group.name = slow", meaning: "a word needs no quotes", finds: ["cart"] },
    { expression: 'groupname = "Default"', meaning: "every trace", finds: all },
  ],
  Together: [
    { expression: '(service("shop") OR service("front")) AND !throttle', meaning: "parentheses", finds: ["purchase"] },
    { expression: '(service("a") OR service("b")) AND !throttle', meaning: "neither is there", finds: [] },
    { expression: "(ok OR fault) AND !throttle", meaning: "likewise", finds: butCart },
    {
      expression: 'ok AND http.status = 204 OR service("pay")',
      meaning: "AND binds tighter than OR",
      finds: ["purchase", "health"],
    },
    { expression: "!(ok OR throttle)", meaning: "`!` before parentheses", finds: [] },
    { expression: 'ok\n  and user = "u-100"', meaning: "white space is free", finds: ["purchase"] },
    { expression: 'annotation.cart = "c\\"1\\\\"', meaning: "a quote and a backslash, escaped", finds: [] },
  ],
};

/** What does not parse, or makes no sense. */
export const refusedExamples: readonly RefusedExample[] = [
  { expression: "fault & error", problem: "symbol", message: "Invalid input symbol '&'" },
  {
    expression: "http.method = 'GET'",
    problem: "symbol",
    message: "Invalid input symbol ''': texts stand in straight",
  },
  { expression: "user = “u”", problem: "symbol", message: "Invalid input symbol '“': texts stand in straight" },
  { expression: 'user = "u-1', problem: "symbol", message: "Invalid input symbol '\"': the text that begins here" },
  { expression: "duration > 5s", problem: "symbol", message: "Invalid input symbol after the number '5'" },
  { expression: "foo $ bar", problem: "symbol", message: "Invalid input symbol '$'" },
  { expression: 'user = "\0"', problem: "symbol", message: "Invalid input symbol '\\0'" },
  { expression: 'service("x"', problem: "syntax", message: "The expression ends too early: ')' was expected" },
  { expression: "service", problem: "syntax", message: "The expression ends too early: '(' was expected" },
  { expression: 'service("x") {}', problem: "syntax", message: "Unexpected '}': a term was expected" },
  { expression: "service(x)", problem: "syntax", message: "Unexpected 'x': a service, as \"name\" or id(...), was" },
  { expression: "service(id())", problem: "syntax", message: "Unexpected ')': name, type or account.id was expected" },
  { expression: 'edge("a")', problem: "syntax", message: "Unexpected ')': ',' was expected" },
  { expression: "ok AND", problem: "syntax", message: "The expression ends too early: a term was expected" },
  { expression: "ok AND OR fault", problem: "syntax", message: "Unexpected 'OR': a term was expected" },
  { expression: "(ok", problem: "syntax", message: "The expression ends too early: ')' was expected" },
  { expression: "ok)", problem: "syntax", message: "Unexpected ')': AND, OR or the end was expected" },
  { expression: "duration >", problem: "syntax", message: "The expression ends too early: a number was expected" },
  { expression: "duration == 1", problem: "syntax", message: "Unexpected '=': a number was expected" },
  { expression: 'user = "a\\n"', problem: "syntax", message: "A backslash stands before a quote or another backslash" },
  { expression: "annotation[]", problem: "syntax", message: "Unexpected ']': the key of an annotation was expected" },
  { expression: "group.name", problem: "syntax", message: "The expression ends too early: = or != was expected" },
  { expression: "group.name = 5", problem: "meaning", message: "'group.name' is compared with a text" },
  { expression: "rootcause.fault", problem: "syntax", message: "Unexpected 'rootcause.fault': rootcause.json or" },
  { expression: "rootcause.json = [{}]", problem: "syntax", message: "Unexpected '[': '#' was expected" },
  { expression: "rootcause.json = #[{]", problem: "syntax", message: "The JSON that begins here has no end" },
  {
    expression: "rootcause.json = #[{a}]",
    problem: "syntax",
    message: "The root causes cannot be read: this is no JSON",
  },
  {
    expression: "rootcause.json = #[]",
    problem: "syntax",
    message: "The root causes cannot be read: a list of at least",
  },
  { expression: "colour = 1", problem: "meaning", message: "'colour' is no keyword of filter expressions" },
  { expression: "not ok", problem: "meaning", message: "'not' is no keyword of filter expressions; to negate a term" },
  { expression: "root", problem: "meaning", message: "'root' cannot stand outside of braces; it can in the braces of" },
  { expression: 'name = "x"', problem: "meaning", message: "'name' cannot stand outside of braces" },
  {
    expression: "service() { partial }",
    problem: "meaning",
    message: "'partial' cannot stand in the braces of service()",
  },
  { expression: 'edge("a", "b") { root }', problem: "meaning", message: "'root' cannot stand in the braces of edge()" },
  {
    expression: "service() { annotation.a }",
    problem: "meaning",
    message: "'annotation.a' cannot stand in the braces of service()",
  },
  {
    expression: 'service() { service("x") }',
    problem: "meaning",
    message: "'service' cannot stand in the braces of service()",
  },
  {
    expression: "rootcause.fault.entity { coverage > 1 }",
    problem: "meaning",
    message: "'coverage' cannot stand in the braces of a fault's or error's entity",
  },
  { expression: "fault > 3", problem: "meaning", message: "'fault' is a boolean: it is compared by = !=" },
  { expression: 'fault = "true"', problem: "meaning", message: "'fault' is compared with true or false" },
  { expression: 'duration = "1"', problem: "meaning", message: "'duration' is compared with a number" },
  { expression: "http.url > 1", problem: "meaning", message: "'http.url' is a text: it is compared by" },
  { expression: "account.id = 123456789012", problem: "meaning", message: "'account.id' is compared with a text" },
  { expression: 'annotation.a > "b"', problem: "meaning", message: "'\"b\"' cannot be compared by >" },
  { expression: "annotation.a CONTAINS 1", problem: "meaning", message: "'1' cannot be compared by CONTAINS" },
  { expression: 'service(id(name: "a", name: "b"))', problem: "meaning", message: "id() has 'name' twice" },
  { expression: 'group.name = "nosuch"', problem: "meaning", message: "There is no group whose name is 'nosuch'" },
  { expression: 'group.name = "default"', problem: "meaning", message: "There is no group whose name is 'default'" },
  { expression: "duration > 1e999", problem: "limit", message: "The number '1e999' is too large" },
];
