import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/**
 * How much the heap of a thread may grow after a collection before the next one, in per cent. V8's own measure is made for a machine that serves nothing else:
 * it lets garbage grow to several times of what is in use.
 */
const HEAP_GROWING_PERCENT = 25;

const MIB = 1024 * 1024;

/** Both halves of the young generation, in which new objects lie, in MiB; V8's own bound is four times that. */
const YOUNG_MIB_MAX = 8;

/** Room between objects of the old generation from which on, and down to which, collections move objects together. */
const SLACK_BYTES_MAX = 16 * MIB;
const SLACK_BYTES_MIN = 8 * MIB;

/** Between two looks, in the machine's milliseconds; a look takes some hundredths of one. */
const LOOK_MS = 50;

/**
 * Keeps the heaps of this process near what is in use. Call it before there is a worker: its heap follows the same measures.
 *
 * V8 reads a bound of the young generation when a process starts only, but at each step by what factor it grows, and sets that factor back whenever a worker
 * starts: so workers begin with what they may have. It moves objects together to any extent only where it is to save memory, which costs time: so it is told to while there is much to gain.
 */
export function keepHeapsSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  setFlagsFromString(`--min-semi-space-size=${YOUNG_MIB_MAX / 2}`);
  let isCompacting = false;
  const look = (): void => {
    let [slack, young] = [0, 0];
    for (const { space_name: name, space_size: size, space_used_size: used } of getHeapSpaceStatistics()) {
      if (name === 'old_space') slack = size - used;
      else if (name === 'new_space') young = size;
    }
    setFlagsFromString(`--semi-space-growth-factor=${young < YOUNG_MIB_MAX * MIB ? 2 : 1}`);
    if (isCompacting ? slack >= SLACK_BYTES_MIN : slack <= SLACK_BYTES_MAX) return;
    isCompacting = !isCompacting;
    setFlagsFromString(isCompacting ? '--optimize-for-size' : '--no-optimize-for-size');
  };
  setInterval(look, LOOK_MS).unref();
}
