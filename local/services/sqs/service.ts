import type { SQS } from '@aws-sdk/client-sqs';
import type { AccessCheck } from '../../kernel/principal.ts';
import type { Context, OperationsOf, Service } from '../../kernel/service.ts';
import { delivery } from './delivery.ts';
import { addPermission, getQueueAttributes, listQueueTags, removePermission, setQueueAttributes, tagQueue, untagQueue } from './operations/attributes.ts';
import { changeMessageVisibility, changeMessageVisibilityBatch, deleteMessage, deleteMessageBatch } from './operations/in-flight.ts';
import { cancelMessageMoveTask, listMessageMoveTasks, startMessageMoveTask } from './operations/move-tasks.ts';
import { createQueue, deleteQueue, getQueueUrl, listDeadLetterSourceQueues, listQueues, purgeQueue } from './operations/queues.ts';
import { receiveMessage } from './operations/receive.ts';
import { sendMessage, sendMessageBatch } from './operations/send.ts';
import type { Queue } from './queue/queue.ts';
import { queueInlinePolicyResource, queuePolicyResource, queueResource } from './resources.ts';
import { createState, findQueue, type SqsState, sourcesOf } from './state.ts';

const operations: Partial<OperationsOf<SQS, SqsState>> = {
  AddPermission: addPermission,
  CancelMessageMoveTask: cancelMessageMoveTask,
  ChangeMessageVisibility: changeMessageVisibility,
  ChangeMessageVisibilityBatch: changeMessageVisibilityBatch,
  CreateQueue: createQueue,
  DeleteMessage: deleteMessage,
  DeleteMessageBatch: deleteMessageBatch,
  DeleteQueue: deleteQueue,
  GetQueueAttributes: getQueueAttributes,
  GetQueueUrl: getQueueUrl,
  ListDeadLetterSourceQueues: listDeadLetterSourceQueues,
  ListMessageMoveTasks: listMessageMoveTasks,
  ListQueues: listQueues,
  ListQueueTags: listQueueTags,
  PurgeQueue: purgeQueue,
  ReceiveMessage: receiveMessage,
  RemovePermission: removePermission,
  SendMessage: sendMessage,
  SendMessageBatch: sendMessageBatch,
  SetQueueAttributes: setQueueAttributes,
  StartMessageMoveTask: startMessageMoveTask,
  TagQueue: tagQueue,
  UntagQueue: untagQueue,
};

const check = (action: string, { arn, settings }: Queue): AccessCheck => ({ action: `sqs:${action}`, resource: arn, resourcePolicy: settings.policy });

/** A batch needs what its single operation needs. */
const ACTIONS: Readonly<Record<string, string>> = {
  SendMessageBatch: 'SendMessage',
  DeleteMessageBatch: 'DeleteMessage',
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
};

/** Starting a move task needs, besides itself, what it does to the queues.
 *  @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html */
function moveTaskAccess(input: { SourceArn?: string; DestinationArn?: string }, { state }: Context<SqsState>): AccessCheck[] {
  const source = state.byArn.get(input.SourceArn ?? '');
  if (!source) return [{ action: 'sqs:StartMessageMoveTask', resource: input.SourceArn ?? '*' }];
  const given = state.byArn.get(input.DestinationArn ?? '');
  const receivers = given ? [given] : input.DestinationArn === undefined ? sourcesOf(state, source) : [];
  return [
    ...['StartMessageMoveTask', 'ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map((action) => check(action, source)),
    ...receivers.map((queue) => check('SendMessage', queue)),
  ];
}

function taskSource(handle: string | undefined): string {
  return /"sourceArn":"([^"]*)"/.exec(Buffer.from(handle ?? '', 'base64').toString())?.[1] ?? '*';
}

/** Simple Queue Service: standard and FIFO queues. */
export const sqs: Service<SqsState> = {
  name: 'sqs',
  arnService: 'sqs',
  createState,
  operations,
  access(operation, input, context) {
    const { kernel, state } = context;
    switch (operation) {
      case 'ListQueues':
        return [{ action: 'sqs:ListQueues', resource: '*' }];
      case 'CreateQueue':
        return [{ action: 'sqs:CreateQueue', resource: kernel.arn('sqs', input.QueueName ?? '') }];
      case 'GetQueueUrl':
        return [check(operation, findQueue(state, input.QueueName))];
      case 'StartMessageMoveTask':
        return moveTaskAccess(input, context);
      case 'ListMessageMoveTasks':
        return [{ action: `sqs:${operation}`, resource: input.SourceArn ?? '*' }];
      case 'CancelMessageMoveTask':
        return [{ action: `sqs:${operation}`, resource: taskSource(input.TaskHandle) }];
      default:
        return [check(ACTIONS[operation] ?? operation, findQueue(state, input.QueueUrl))];
    }
  },
  resourceTypes: {
    'AWS::SQS::Queue': queueResource,
    'AWS::SQS::QueuePolicy': queuePolicyResource,
    'AWS::SQS::QueueInlinePolicy': queueInlinePolicyResource,
  },
  delivery,
};
