import { projector } from '../backbone/projections/projector.ts';
import { PROJECTIONS } from './projections.ts';

/** Consumer group `read-models` on the stream. */
export const handler = projector({ name: 'read-models', projections: PROJECTIONS });
