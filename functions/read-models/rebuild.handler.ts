import { rebuilder } from '../backbone/projections/rebuild/rebuilder.ts';
import { ORDER_PROJECTIONS } from './projections.ts';

/** Invoked by operators, step by step: `tickertape projection rebuild`. */
export const handler = rebuilder({ name: 'read-models-rebuild', projections: ORDER_PROJECTIONS });
