import { scheduledEvent } from './event.ts';
import { sendToTargets } from './routing.ts';
import type { EventsState, Rule } from './state.ts';

/** Sends the event of a rule's schedule to the rule's targets. It is on no bus: no other rule sees it. */
export function fireSchedule(state: EventsState, rule: Rule): void {
  const { kernel } = state;
  const event = scheduledEvent(kernel, rule);
  const detail = { eventId: event.id, schedule: rule.schedule };
  const cause = kernel.journal.append({ service: 'eventbridge', kind: 'schedule-due', arn: rule.arn, detail });
  sendToTargets(state, { event, rule, cause });
}
