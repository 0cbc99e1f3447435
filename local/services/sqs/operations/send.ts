import type {
  BatchResultErrorEntry,
  SendMessageBatchCommandInput,
  SendMessageBatchCommandOutput,
  SendMessageBatchResultEntry,
  SendMessageCommandInput,
  SendMessageCommandOutput,
} from '@aws-sdk/client-sqs';
import type { Principal } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { advance } from '../queue/advance.ts';
import { md5OfAttributes } from '../queue/digest.ts';
import type { Queue } from '../queue/queue.ts';
import { send } from '../queue/send.ts';
import { settle } from '../queue/settle.ts';
import { checkBatch, checkMessage, checkMessageBatch, type MessageDraft, type MessageInput } from '../rules.ts';
import { findQueue, type SqsState } from '../state.ts';
import { failedEntry } from './batch.ts';

type Sqs = Context<SqsState>;
type Output<T> = Omit<T, '$metadata'>;

/** `SenderId`: the account for the operator. Differs from AWS: a role is named by its name, not by its unique id. */
function senderId(principal: Principal, accountId: string): string {
  switch (principal.type) {
    case 'root':
      return accountId;
    case 'role':
      return `${principal.roleArn.slice(principal.roleArn.lastIndexOf('/') + 1)}:${principal.sessionName}`;
    case 'user':
      return principal.userArn.slice(principal.userArn.lastIndexOf('/') + 1);
    case 'service':
      return principal.service;
  }
}

type SendResult = Pick<
  SendMessageBatchResultEntry,
  'MessageId' | 'MD5OfMessageBody' | 'MD5OfMessageAttributes' | 'MD5OfMessageSystemAttributes' | 'SequenceNumber'
>;

function accept(context: Sqs, queue: Queue, draft: MessageDraft): SendResult {
  const options = { senderId: senderId(context.principal, context.kernel.accountId), cause: context.cause };
  const { messageId, sequenceNumber } = send(context, queue, draft, options);
  const result: SendResult = { MessageId: messageId, MD5OfMessageBody: draft.md5 };
  if (draft.attributes) result.MD5OfMessageAttributes = md5OfAttributes(draft.attributes);
  if (draft.traceHeader !== undefined) {
    result.MD5OfMessageSystemAttributes = md5OfAttributes({ AWSTraceHeader: { DataType: 'String', StringValue: draft.traceHeader } });
  }
  if (sequenceNumber !== undefined) result.SequenceNumber = sequenceNumber;
  return result;
}

export function sendMessage(input: SendMessageCommandInput, context: Sqs): Output<SendMessageCommandOutput> {
  const queue = findQueue(context.state, input.QueueUrl);
  const draft = checkMessage(input as MessageInput, queue, 'are invalid');
  advance(context, queue);
  const result = accept(context, queue, draft);
  settle(context);
  return result;
}

export function sendMessageBatch(input: SendMessageBatchCommandInput, context: Sqs): Output<SendMessageBatchCommandOutput> {
  const queue = findQueue(context.state, input.QueueUrl);
  const entries = checkBatch('SendMessageBatch', input.Entries);
  checkMessageBatch(entries as readonly MessageInput[], queue);
  advance(context, queue);
  const successful: SendMessageBatchResultEntry[] = [];
  const failed: BatchResultErrorEntry[] = [];
  for (const entry of entries) {
    try {
      const draft = checkMessage(entry as MessageInput, queue, 'cannot be validated');
      successful.push({ Id: entry.Id, ...accept(context, queue, draft) });
    } catch (error) {
      failed.push(failedEntry(entry.Id, error));
    }
  }
  settle(context);
  return batchOutput(successful, failed);
}

function batchOutput(successful: SendMessageBatchResultEntry[], failed: BatchResultErrorEntry[]): Output<SendMessageBatchCommandOutput> {
  const output: Partial<SendMessageBatchCommandOutput> = {};
  if (successful.length > 0) output.Successful = successful;
  if (failed.length > 0) output.Failed = failed;
  return output as Output<SendMessageBatchCommandOutput>;
}
