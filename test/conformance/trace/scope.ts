import type { Step, Trace } from './trace.ts';

/** Why a trace is left out, or `undefined` where it is in scope. */
type Rule = readonly [name: string, leavesOut: (trace: Trace, text: string) => boolean];

const anyStep = (trace: Trace, matches: (step: Step) => boolean): boolean => trace.steps.some(matches);
const isOperation =
  (service: string, pattern: RegExp) =>
  (trace: Trace): boolean =>
    anyStep(trace, (step) => step.service === service && pattern.test(step.op));

/** Encryption keys other than the service's own: an attribute or a parameter names one. */
const KMS = /"(KmsMasterKeyId|KMSMasterKeyId|KMSKeyArn|KmsKeyIdentifier|KmsKeyArn|KMSMasterKeyArn)"|"SSESpecification":\{"Enabled":true/;
const FOREIGN_SUBSCRIPTION = /"Protocol":"(sms|email|email-json|application|firehose)"/;
const FOREIGN_SOURCE = /"(SelfManagedEventSource|AmazonManagedKafkaEventSourceConfig|DocumentDBEventSourceConfig)"|arn:aws:(kafka|mq|rds):/;

/** The scope of the vectors, rule by rule, in the words of their README. */
const RULES: readonly Rule[] = [
  ['not validated against AWS', (trace) => !trace.awsValidated],
  ['requests traced only in part', (trace) => !trace.complete],
  ['encryption keys', (trace, text) => KMS.test(text) || anyStep(trace, ({ service }) => service === 'kms')],
  ['PartiQL', isOperation('dynamodb', /statement|execute_transaction/)],
  ['Kinesis destinations of DynamoDB', isOperation('dynamodb', /kinesis_streaming_destination/)],
  ['SNS platform applications', isOperation('sns', /platform|endpoint/)],
  [
    'SMS or e-mail subscriptions',
    (trace, text) => FOREIGN_SUBSCRIPTION.test(text) || isOperation('sns', /sms|phone_number/)(trace) || text.includes('"PhoneNumber"'),
  ],
  ['Kinesis Data Firehose', (_trace, text) => text.includes('arn:aws:firehose:')],
  ['API destinations and connections', isOperation('events', /connection|api_destination/)],
  ['cross-account or cross-region calls', (trace, text) => isForeign(trace, text)],
  ['container images', (_trace, text) => /"PackageType":"Image"|"ImageUri"/.test(text)],
  ['code signing', isOperation('lambda', /code_signing/)],
  ['provisioned concurrency', isOperation('lambda', /provisioned_concurrency/)],
  ['Kafka, MQ or DocumentDB sources', (_trace, text) => FOREIGN_SOURCE.test(text)],
];

/** Recordings that need a second account or Region say so in their name; their requests would otherwise be taken for one account's. */
function isForeign({ id, bindings }: Trace, text: string): boolean {
  const isSecondary = bindings.some(({ replacement }) => /secondary|region-2/.test(replacement));
  return /cross_account|cross_region|different_account|different_region/.test(id) || isSecondary || text.includes('222222222222');
}

/** The functions whose code the recording does not have, unless a handler is supplied for the file that it names. A runtime that AWS refused needs none. */
function needsForeignRuntime({ resources, steps }: Trace, handlerFiles: ReadonlySet<string>): boolean {
  const isNode = (runtime: unknown): boolean => typeof runtime !== 'string' || runtime.startsWith('nodejs');
  const isSupplied = resources.every(({ type, handlerFile }) => type !== 'lambda' || (typeof handlerFile === 'string' && handlerFiles.has(handlerFile)));
  return !isSupplied || steps.some(({ service, params, expectError }) => service === 'lambda' && !expectError && !isNode(params['Runtime']));
}

/** The rule that leaves a trace out, or `undefined`. */
export function outOfScope(trace: Trace, handlerFiles: ReadonlySet<string>): string | undefined {
  const text = JSON.stringify(trace.steps);
  const rule = RULES.find(([, leavesOut]) => leavesOut(trace, text));
  if (rule) return rule[0];
  return needsForeignRuntime(trace, handlerFiles) ? 'a function whose code is not in the recording' : undefined;
}
