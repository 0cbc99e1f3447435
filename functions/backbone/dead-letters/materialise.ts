import { DeleteMessageCommand, type Message, SendMessageCommand } from '@aws-sdk/client-sqs';
import { majorOf, parseEnvelope } from '../envelope.ts';
import { MalformedError } from '../errors.ts';
import { log } from '../telemetry/telemetry.ts';
import { attributesOf, type DeadLetter, fingerprintOf, keyOfForeign } from './dead-letter.ts';
import { type GivenUp, recover } from './given-up.ts';
import { indexDeadLetter } from './index-table.ts';
import type { IndexerPorts, Subscription } from './indexer-ports.ts';

/**
 * Puts the records of a batch that Lambda gave up in the place of the message that says so: each is a letter of its own, with its payload, as if the handler had sent it. What the stream
 * no longer has is a letter too, which says what is lost. The message goes when its letters are there: a crash in between makes them twice in the queue, once in the index.
 */
export async function materialise(
  ports: IndexerPorts,
  subscription: Subscription,
  { message, givenUp }: { readonly message: Message; readonly givenUp: GivenUp },
): Promise<void> {
  const { records, lost } = await recover(ports.kinesis, givenUp);
  const letters: DeadLetter[] = [];
  for (const { sequenceNumber, body } of records) {
    const letter = letterOf(ports, subscription, { givenUp, sequenceNumber, body });
    if (letter) letters.push(letter);
  }
  if (lost !== undefined) letters.push(lostLetter(ports, subscription, { givenUp, message, lost }));
  for (const letter of letters) {
    await ports.sqs.send(new SendMessageCommand({ QueueUrl: letter.deadLetterQueueUrl, MessageBody: letter.body, MessageAttributes: attributesOf(letter) }));
    await indexDeadLetter(ports, letter, { onlyIfUnknown: false });
  }
  await ports.sqs.send(new DeleteMessageCommand({ QueueUrl: subscription.deadLetterQueueUrl, ReceiptHandle: message.ReceiptHandle }));
  log(lost === undefined ? 'info' : 'error', 'materialised', {
    consumer: subscription.consumer,
    letters: letters.length,
    shardId: givenUp.KinesisBatchInfo.shardId,
    lost,
  });
}

function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  error.stack = '';
  return error;
}

/** The letter of a record; `undefined` where the consumer does not take its event. */
function letterOf(
  ports: IndexerPorts,
  subscription: Subscription,
  { givenUp, sequenceNumber, body }: { readonly givenUp: GivenUp; readonly sequenceNumber: string; readonly body: string },
): DeadLetter | undefined {
  const envelope = envelopeOf(body);
  const declared = envelope && `${envelope.type}.v${majorOf(envelope.dataschema)}`;
  if (declared !== undefined && subscription.on !== undefined && !subscription.on.includes(declared)) return undefined;
  const { condition = 'RetryAttemptsExhausted', approximateInvokeCount = 1 } = givenUp.requestContext ?? {};
  const error = named('GivenUpByLambda', `Lambda gave up the batch (${condition}): the function crashed, timed out or was throttled`);
  return {
    ...commonOf(ports, subscription, { givenUp, error, reason: 'retries-exhausted' }),
    eventKey: envelope ? `${envelope.source}#${envelope.id}` : keyOfForeign(body),
    type: envelope?.type,
    correlationId: envelope?.correlationid,
    attempts: approximateInvokeCount,
    body,
    messageId: `${givenUp.KinesisBatchInfo.shardId}:${sequenceNumber}`,
  };
}

function lostLetter(
  ports: IndexerPorts,
  subscription: Subscription,
  { givenUp, message, lost }: { readonly givenUp: GivenUp; readonly message: Message; readonly lost: string },
): DeadLetter {
  const body = message.Body ?? '';
  return {
    ...commonOf(ports, subscription, { givenUp, error: named('LostWindow', lost), reason: 'lost' }),
    eventKey: keyOfForeign(body),
    type: undefined,
    correlationId: undefined,
    attempts: givenUp.requestContext?.approximateInvokeCount ?? 1,
    body,
    messageId: message.MessageId ?? '',
  };
}

function commonOf(
  { environment, nowMs }: IndexerPorts,
  { consumer, queueUrl, deadLetterQueueUrl }: Subscription,
  { givenUp, error, reason }: { readonly givenUp: GivenUp; readonly error: Error; readonly reason: DeadLetter['reason'] },
) {
  const now = new Date(nowMs()).toISOString();
  return {
    consumer,
    queueUrl,
    deadLetterQueueUrl,
    reason,
    fingerprint: fingerprintOf(error),
    error: `${error.name}: ${error.message}`,
    firstFailedAt: givenUp.timestamp ?? now,
    lastFailedAt: now,
    codeVersion: environment['CODE_VERSION'] ?? 'unknown',
  };
}

function envelopeOf(body: string) {
  try {
    return parseEnvelope(body).envelope;
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}
