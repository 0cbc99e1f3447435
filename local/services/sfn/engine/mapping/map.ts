import {
  itemInputOf,
  itemsOf,
  type Json,
  type MapSettings,
  mapSettingsOf,
  readerArgumentsOf,
  type State,
  StatesError,
  writerArgumentsOf,
} from '../../../../languages/states/index.ts';
import { append } from '../../history/append.ts';
import { readItems } from '../../tasks/item-reader.ts';
import { startIterations } from '../children.ts';
import { stateOf } from '../compile.ts';
import type { ResultWriter } from '../frame.ts';
import { scopeOf } from '../language.ts';
import type { Handler, Maybe, Place } from '../place.ts';
import { keep } from '../timers.ts';
import { batches } from './batches.ts';
import { beginMapRun } from './map-run.ts';

type MapState = Extract<State, { Type: 'Map' }>;

/** A Map state's fields. */
export interface MapFields {
  readonly items: readonly Json[];
  /** What each iteration begins with. */
  readonly inputs: readonly Json[];
  readonly settings: MapSettings;
  /** How failures are tolerated cannot be read: found only once the state has started. */
  readonly late: StatesError | undefined;
  readonly writer: ResultWriter | undefined;
}

export const mapHandler: Handler<MapFields> = {
  evaluate: (place) => evaluate(place, stateOf(place.running, place.frame) as MapState),
  apply(place, fields) {
    const { engine, running, frame } = place;
    const state = stateOf(running, frame) as MapState;
    const { length } = fields.items;
    frame.previousEventId = append(engine.state, running, { type: 'MapStateStarted', previousEventId: frame.previousEventId, details: { length } });
    if (fields.late) throw fields.late;
    if (state.ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED') return beginMapRun(place, state, fields);
    return beginIterations(place, fields);
  },
};

function beginIterations(place: Place, { items, inputs, settings }: MapFields) {
  const { engine, running, frame } = place;
  if (items.length === 0) {
    append(engine.state, running, { type: 'MapStateSucceeded', previousEventId: frame.previousEventId });
    frame.step = { kind: 'result', value: [] };
    return { kind: 'again' } as const;
  }
  const step = {
    kind: 'map' as const,
    items,
    inputs,
    results: items.map(() => null),
    next: 0,
    running: 0,
    done: 0,
    failed: 0,
    maxConcurrency: settings.maxConcurrency,
    toleratedCount: settings.toleratedFailureCount,
    toleratedPercentage: settings.toleratedFailurePercentage,
  };
  frame.step = step;
  const began = startIterations(place, step, frame.previousEventId);
  keep(engine, running, frame);
  return { kind: 'blocked', began } as const;
}

/** Nothing is awaited where nothing has to be: a JSONPath state with an inline map is read at once. */
function evaluate(place: Place, state: MapState): Maybe<MapFields> {
  const isPlain = state.QueryLanguage === 'JSONPath' && !state.ItemReader && !state.ItemBatcher && !state.ResultWriter && !hasPaths(state);
  if (!isPlain) return evaluateAll(place, state);
  const items = itemsOf(state, scopeOf(place)) as Json[];
  const inputs = items.map((item, index) => itemInputOf(state, itemScope(place, index, item), item) as Json);
  return { items, inputs, settings: plainSettings(state), late: undefined, writer: undefined };
}

const hasPaths = (state: MapState): boolean =>
  state.MaxConcurrencyPath !== undefined ||
  state.ToleratedFailureCount !== undefined ||
  state.ToleratedFailureCountPath !== undefined ||
  state.ToleratedFailurePercentage !== undefined ||
  state.ToleratedFailurePercentagePath !== undefined;

const plainSettings = ({ MaxConcurrency: maxConcurrency }: MapState): MapSettings => ({ maxConcurrency: (maxConcurrency as number | undefined) ?? 0 });

const itemScope = (place: Place, index: number, item: Json) => scopeOf(place, { Map: { Item: { Index: index, Value: item } } });

async function evaluateAll(place: Place, state: MapState): Promise<MapFields> {
  const scope = scopeOf(place);
  const { settings, late } = await readSettings(place, state);
  const all = state.ItemReader ? await readItems(place, state, await readerArgumentsOf(state, scope)) : await itemsOf(state, scope);
  const items = settings.maxItems === undefined || settings.maxItems === 0 ? all : all.slice(0, settings.maxItems);
  const selected: Json[] = [];
  for (const [index, item] of items.entries()) selected.push(await itemInputOf(state, itemScope(place, index, item), item));
  const inputs = state.ItemBatcher ? batches(selected, settings) : selected;
  const writer = state.ResultWriter?.Resource === undefined ? undefined : writerOf(await writerArgumentsOf(state, scope));
  return { items, inputs, settings, late, writer };
}

function writerOf(args: Json): ResultWriter {
  const { Bucket: bucket = '', Prefix: prefix = '' } = args as { readonly Bucket?: string; readonly Prefix?: string };
  return { bucket, prefix };
}

const TOLERATED = /^(The )?ToleratedFailure/;

async function readSettings(place: Place, state: MapState): Promise<{ readonly settings: MapSettings; readonly late: StatesError | undefined }> {
  try {
    return { settings: await mapSettingsOf(state, scopeOf(place)), late: undefined };
  } catch (error) {
    if (error instanceof StatesError && state.QueryLanguage === 'JSONPath' && TOLERATED.test(error.cause))
      return { settings: plainSettings(state), late: error };
    throw error;
  }
}
