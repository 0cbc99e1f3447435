import { watchdog } from '../backbone/saga/watchdog.ts';

/** Sees to executions of the checkout that ended without ending their saga. */
export const handler = watchdog();
