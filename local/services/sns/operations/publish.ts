import type {
  BatchResultErrorEntry,
  PublishBatchCommandInput,
  PublishBatchCommandOutput,
  PublishBatchResultEntry,
  PublishCommandInput,
  PublishCommandOutput,
} from '@aws-sdk/client-sns';
import { Fault, refuseAllBut } from '../../../kernel/errors.ts';
import { invalidParameter } from '../errors.ts';
import { checkBatch, checkMessage, checkRequest } from '../publishing/check.ts';
import { publish as accept } from '../publishing/publish.ts';
import type { Output, Sns } from '../state.ts';
import type { Topic } from '../topic/records.ts';
import { findTopic } from './finding.ts';

const MEMBERS = ['TopicArn', 'TargetArn', 'Message', 'Subject', 'MessageStructure', 'MessageAttributes', 'MessageDeduplicationId', 'MessageGroupId'];
const PLATFORM_ENDPOINT = /^arn:[^:]*:sns:[^:]*:[^:]*:endpoint\//;

function targetOf({ TopicArn: topicArn, TargetArn: targetArn }: PublishCommandInput, { state }: Sns): Topic {
  if (topicArn !== undefined) return findTopic(state, topicArn);
  if (targetArn === undefined) throw invalidParameter('TopicArn or TargetArn Reason: no value for required parameter');
  if (PLATFORM_ENDPOINT.test(targetArn)) throw invalidParameter('TargetArn Reason: No endpoint found for the target arn specified');
  return findTopic(state, targetArn, 'TargetArn');
}

export function publish(input: PublishCommandInput, context: Sns): Output<PublishCommandOutput> {
  refuseAllBut(MEMBERS, input, { operation: 'Publish', page: 'sns' });
  const topic = targetOf(input, context);
  checkRequest(input, topic.settings);
  const { messageId, sequenceNumber } = accept(context.state, topic, checkMessage(input, topic), context.cause);
  return { MessageId: messageId, ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }) };
}

/** What is wrong with ids, attributes or structure fails the whole batch, the rest only its entry. */
export function publishBatch(input: PublishBatchCommandInput, context: Sns): Output<PublishBatchCommandOutput> {
  const topic = findTopic(context.state, input.TopicArn);
  const entries = input.PublishBatchRequestEntries ?? [];
  checkBatch(entries, topic);
  const Successful: PublishBatchResultEntry[] = [];
  const Failed: BatchResultErrorEntry[] = [];
  for (const entry of entries) {
    try {
      const { messageId, sequenceNumber } = accept(context.state, topic, checkMessage(entry, topic), context.cause);
      Successful.push({ Id: entry.Id, MessageId: messageId, ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }) });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      Failed.push({ Id: entry.Id, Code: 'InvalidParameter', Message: error.message, SenderFault: true });
    }
  }
  return { Successful, Failed };
}
