export type { Leaf, NumberLiteral } from './clause.ts';
export { type BranchOutcome, type Explanation, explain, type FieldOutcome } from './explain.ts';
export { type FlatEvent, flattenEvent, flattenText } from './flat-event.ts';
export { matches, matchesFlat, matchesText } from './match.ts';
export { type EventPattern, parsePattern } from './parse.ts';
export { PatternError } from './pattern-error.ts';
export { PatternSet } from './pattern-set.ts';
