import type { ConformanceSet } from '../conformance-set.ts';
import { eventRuler } from './event-ruler.ts';
import { eventBridgePatterns } from './eventbridge-patterns.ts';

/** All sets, in the order in which they run. A further set is a module here and a name in this list. */
export const SETS: readonly ConformanceSet[] = [eventBridgePatterns, eventRuler];
