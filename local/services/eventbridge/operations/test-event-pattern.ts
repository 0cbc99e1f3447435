import type { TestEventPatternCommandInput, TestEventPatternCommandOutput } from '@aws-sdk/client-eventbridge';
import { matchesText } from '../../../languages/event-pattern/index.ts';
import { eventNotValid } from '../errors.ts';
import type { Output } from '../naming.ts';
import { checkPattern } from '../rules.ts';

/** Members an event must have. @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html */
const MANDATORY = ['id', 'account', 'source', 'time', 'region', 'detail-type'];

export function testEventPattern(input: TestEventPatternCommandInput): Output<TestEventPatternCommandOutput> {
  const { EventPattern: patternText = '', Event: eventText = '' } = input;
  const pattern = checkPattern(patternText);
  checkEvent(eventText);
  return { Result: matchesText(pattern, eventText) };
}

function checkEvent(text: string): void {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    throw eventNotValid();
  }
  if (typeof event !== 'object' || event === null || !MANDATORY.every((member) => Object.hasOwn(event, member))) throw eventNotValid();
}
