import { funnel } from './funnel.ts';

/** Consumer group `funnel` on the stream, with tumbling windows. */
export const handler = funnel('funnel');
