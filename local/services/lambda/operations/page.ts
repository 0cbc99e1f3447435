/** One page of a list, in its order. The marker is the key of the last item of the page before. */
export function pageOf<Item>(
  all: readonly Item[],
  { Marker, MaxItems }: { readonly Marker?: string | undefined; readonly MaxItems?: number | undefined },
  { keyOf, most }: { readonly keyOf: (item: Item) => string; readonly most: number },
): { readonly page: readonly Item[]; readonly NextMarker: string | undefined } {
  const first = Marker === undefined ? 0 : all.findIndex((item) => keyOf(item) === Marker) + 1;
  const page = all.slice(first, first + Math.min(MaxItems ?? most, most));
  const last = page.at(-1);
  return { page, NextMarker: last !== undefined && last !== all.at(-1) ? keyOf(last) : undefined };
}
