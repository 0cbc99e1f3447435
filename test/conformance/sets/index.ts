import type { ConformanceSet } from '../conformance-set.ts';
import { asl } from './asl.ts';
import { aslValidation } from './asl-validation.ts';
import { cloudwatch } from './cloudwatch.ts';
import { dynalite } from './dynalite.ts';
import { dynamodb } from './dynamodb.ts';
import { eventRuler } from './event-ruler.ts';
import { eventBridgePatterns } from './eventbridge-patterns.ts';
import { events } from './events.ts';
import { kinesalite } from './kinesalite.ts';
import { kinesis } from './kinesis.ts';
import { lambda } from './lambda.ts';
import { scheduler } from './scheduler.ts';
import { smithyProtocol } from './smithy-protocol.ts';
import { sns } from './sns.ts';
import { sqs } from './sqs.ts';
import { stepFunctionsApi } from './stepfunctions-api.ts';

/** All sets, in the order in which they run. A further set is a module here and a name in this list. */
export const SETS: readonly ConformanceSet[] = [
  eventBridgePatterns,
  eventRuler,
  sqs,
  sns,
  events,
  dynamodb,
  dynalite,
  cloudwatch,
  scheduler,
  kinesis,
  kinesalite,
  stepFunctionsApi,
  asl,
  aslValidation,
  smithyProtocol,
  lambda,
];
