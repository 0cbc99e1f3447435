import { addIndexUnits, type Consumption, noConsumption } from '../table/capacity.ts';

/** Adds up what a request takes, table by table. */
export class ConsumptionByTable {
  readonly #sums = new Map<string, Consumption>();

  add(more: Consumption): void {
    const sum = this.#sums.get(more.tableName) ?? noConsumption(more.tableName);
    this.#sums.set(more.tableName, sum);
    sum.table += more.table;
    for (const name in more.local) addIndexUnits(sum, { name, isGlobal: false }, more.local[name] as number);
    for (const name in more.global) addIndexUnits(sum, { name, isGlobal: true }, more.global[name] as number);
  }

  /** The sums, in the order in which the tables came. */
  all(): Consumption[] {
    return [...this.#sums.values()];
  }
}
